package dev.jbuild.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Files that are packed beside the classes. */
final class Resources {
  private Resources() {}

  static byte[] bytes(String name) {
    try (InputStream in = Resources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new ShimException("this jbuild carries no " + name + ": it was built without it");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ShimException("cannot read " + name + " from jbuild's own files", e);
    }
  }

  static String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /** The machine's architecture as the kernel names it. */
  static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("amd64") ? "x86_64" : name;
  }
}
