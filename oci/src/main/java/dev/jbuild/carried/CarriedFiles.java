package dev.jbuild.carried;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The files that are packed beside one class. */
public final class CarriedFiles {
  private final Class<?> beside;

  public CarriedFiles(Class<?> beside) {
    this.beside = beside;
  }

  /**
   * The content of a file.
   *
   * @throws IllegalStateException when it was left out of the jar, or the jar cannot be read
   */
  public byte[] bytes(String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "this jbuild carries no " + name + ": it was built without it");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + name + " from jbuild's own files", e);
    }
  }

  /** The content of a file of text. */
  public String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /** The digest of a file's content, which the build wrote beside it: nothing is hashed here. */
  public String digest(String name) {
    return text(name + ".sha256").strip();
  }

  /**
   * Unpacks a file once: {@code target} carries its digest in its name. Only files of our own
   * making are there, for the folder is this user's alone.
   */
  public Path unpack(String name, Path target) throws IOException {
    if (Files.isExecutable(target)) {
      return target;
    }
    Path folder = target.resolveSibling("");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path temporary = Files.createTempFile(folder, ".unpacked-", "");
    try {
      Files.write(temporary, bytes(name));
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return target;
  }

  /** The machine's architecture as the kernel names it. */
  public static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("amd64") ? "x86_64" : name;
  }

  /** The folder of this user for what can be made again. */
  public static Path cacheFolder() {
    @Nullable String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && xdg.startsWith("/")) {
      return Path.of(xdg, "jbuild");
    }
    @Nullable String home = System.getenv("HOME");
    return Path.of(home != null ? home : System.getProperty("user.home"), ".cache", "jbuild");
  }
}
