package dev.jbuild.linux;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The two functions of our own library, over JNI.
 *
 * <p>The foreign function interface would need no library, but spins its handles at every start: 60
 * to 80 ms of processor time, as much as a whole short command (docs/adr/0010).
 */
final class Native {
  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  static {
    load();
  }

  private Native() {}

  /** A system call; a result below zero is a negated errno. */
  static native long call(long number, long a, long b, long c, long d, long e);

  /** Where a direct buffer's bytes are. */
  static native long address(ByteBuffer buffer);

  @SuppressWarnings("restricted") // this class is the one place that loads native code
  private static void load() {
    String named = System.getProperty("jbuild.calls", "");
    if (!named.isEmpty()) {
      System.load(Path.of(named).toAbsolutePath().toString());
      return;
    }
    String name = "calls-" + architecture() + ".so";
    String digest = new String(resource(name + ".sha256"), StandardCharsets.US_ASCII).strip();
    try {
      System.load(unpack(name, cacheFolder().resolve("calls-" + digest + ".so")).toString());
    } catch (IOException e) {
      loadOnce(name, e);
    }
  }

  /**
   * Once per content: the file's name carries the digest that the build wrote beside it. Only files
   * of our own making are there: the folder is ours alone.
   */
  private static Path unpack(String name, Path file) throws IOException {
    if (!Files.isReadable(file)) {
      Path folder = file.resolveSibling("");
      Files.createDirectories(folder, OURS);
      Path temporary = Files.createTempFile(folder, ".calls-", "");
      Files.write(temporary, resource(name));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return file;
  }

  /** For a user without a home: a file that goes as soon as it is loaded. */
  @SuppressWarnings("restricted")
  private static void loadOnce(String name, IOException because) {
    try {
      Path file = Files.createTempFile("jbuild-", ".so");
      try {
        Files.write(file, resource(name));
        System.load(file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      e.addSuppressed(because);
      throw new IllegalStateException("cannot unpack " + name + " to a folder of this user", e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Native.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "this jbuild carries no " + name + ": it was built without it");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + name + " from jbuild's own files", e);
    }
  }

  /** The machine's architecture as the kernel names it. */
  private static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("amd64") ? "x86_64" : name;
  }

  private static Path cacheFolder() {
    @Nullable String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && xdg.startsWith("/")) {
      return Path.of(xdg, "jbuild");
    }
    @Nullable String home = System.getenv("HOME");
    return Path.of(home != null ? home : System.getProperty("user.home"), ".cache", "jbuild");
  }
}
