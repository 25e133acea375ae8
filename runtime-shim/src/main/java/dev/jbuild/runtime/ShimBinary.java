package dev.jbuild.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the shim's executable is. */
public final class ShimBinary {
  private static final String ARCH = Resources.architecture();

  private ShimBinary() {}

  /** The file that {@code jbuild.shim} or {@code JBUILD_SHIM} names, else our own, unpacked. */
  public static Path locate() {
    return locate(System.getProperty("jbuild.shim"), System.getenv("JBUILD_SHIM"), cacheFolder());
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
    return Resources.bytes("tiny-" + ARCH);
  }

  /**
   * Unpacks once per content: the file's name carries the digest that the build wrote beside it, so
   * no hashing happens here. Only files of our own making are there: the folder is ours alone.
   */
  private static Path unpack(Path cache) {
    String digest =
        new String(Resources.bytes("shim-" + ARCH + ".sha256"), StandardCharsets.US_ASCII);
    Path file = cache.resolve("shim-" + digest.strip().substring(0, 32));
    if (Files.isExecutable(file)) {
      return file;
    }
    byte[] content = Resources.bytes("shim-" + ARCH);
    try {
      Files.createDirectories(
          cache,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path temporary = Files.createTempFile(cache, ".shim-", "");
      Files.write(temporary, content);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ShimException(
          "cannot unpack the shim to " + file + " (set JBUILD_SHIM to name another one)", e);
    }
    return file;
  }

  private static Path cacheFolder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && xdg.startsWith("/")) {
      return Path.of(xdg, "jbuild");
    }
    String home = System.getenv("HOME");
    return Path.of(home != null ? home : System.getProperty("user.home"), ".cache", "jbuild");
  }
}
