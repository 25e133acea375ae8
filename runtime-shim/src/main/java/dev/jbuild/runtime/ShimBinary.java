package dev.jbuild.runtime;

import dev.jbuild.carried.CarriedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the shim's executable is. */
public final class ShimBinary {
  static final CarriedFiles CARRIED = new CarriedFiles(ShimBinary.class);
  private static final String ARCH = CarriedFiles.architecture();

  private ShimBinary() {}

  /** The file that {@code jbuild.shim} or {@code JBUILD_SHIM} names, else our own, unpacked. */
  public static Path locate() {
    return locate(
        System.getProperty("jbuild.shim"),
        System.getenv("JBUILD_SHIM"),
        CarriedFiles.cacheFolder());
  }

  static Path locate(@Nullable String property, @Nullable String environment, Path cache) {
    String named = property != null ? property : environment;
    if (named == null || named.isEmpty()) {
      return unpack(cache);
    }
    Path file = Path.of(named).toAbsolutePath();
    if (!Files.isExecutable(file)) {
      throw new ShimException(
          (property != null ? "jbuild.shim" : "JBUILD_SHIM")
              + " names "
              + file
              + ", which is not an executable file");
    }
    return file;
  }

  /** The names under which {@link #tiny} answers, each a link to it in {@code /bin}. */
  public static List<String> tinyNames() {
    return List.of(
        "[",
        "cat",
        "chmod",
        "cp",
        "echo",
        "env",
        "false",
        "hello",
        "hostname",
        "id",
        "ln",
        "ls",
        "mkdir",
        "mv",
        "printf",
        "pwd",
        "rm",
        "sh",
        "sleep",
        "test",
        "touch",
        "true",
        "uname",
        "wc");
  }

  /** The static program that is the whole content of the image {@code jbuild/tiny}. */
  public static byte[] tiny() {
    return CARRIED.bytes("tiny-" + ARCH);
  }

  /** Unpacks once per content: the file's name carries the digest. */
  private static Path unpack(Path cache) {
    String name = "shim-" + ARCH;
    Path file = cache.resolve("shim-" + CARRIED.digest(name).substring(0, 32));
    try {
      return CARRIED.unpack(name, file);
    } catch (IOException e) {
      throw new ShimException(
          "cannot unpack the shim to " + file + " (set JBUILD_SHIM to name another one)", e);
    }
  }
}
