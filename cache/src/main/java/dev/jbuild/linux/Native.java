package dev.jbuild.linux;

import dev.jbuild.carried.CarriedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The functions of our own library, over JNI.
 *
 * <p>The foreign function interface would need no library, but spins its handles at every start: 60
 * to 80 ms of processor time, as much as a whole short command (docs/adr/0010).
 */
final class Native {
  private static final CarriedFiles CARRIED = new CarriedFiles(Native.class);

  static {
    load();
  }

  /** Ends the stream. */
  static final int LAST = 16;

  private Native() {}

  /** A system call; a result below zero is a negated errno. */
  static native long call(long number, long a, long b, long c, long d, long e);

  /** Where a direct buffer's bytes are. */
  static native long address(ByteBuffer buffer);

  /** Starts a program, see src/main/c/spawn.c: its process, or a negated errno. */
  static native long spawn(long path, long argv, long envp, long in, long out);

  /** How many bytes {@link #deflate} works in. */
  static native long deflateRoom();

  /**
   * Compresses a piece of a stream, see src/main/c/deflate.h; gives the bytes written.
   *
   * @param mode the level, and {@link #LAST}
   */
  static native long deflate(long room, long from, long before, long count, long to, long mode);

  @SuppressWarnings("restricted") // this class is the one place that loads native code
  private static void load() {
    String named = System.getProperty("jbuild.calls", "");
    if (!named.isEmpty()) {
      System.load(Path.of(named).toAbsolutePath().toString());
      return;
    }
    String name = "calls-" + CarriedFiles.architecture() + ".so";
    Path unpacked = CarriedFiles.cacheFolder().resolve("calls-" + CARRIED.digest(name) + ".so");
    try {
      System.load(CARRIED.unpack(name, unpacked).toString());
    } catch (IOException e) {
      loadOnce(name, e);
    }
  }

  /** For a user without a home: a file that goes as soon as it is loaded. */
  @SuppressWarnings("restricted")
  private static void loadOnce(String name, IOException because) {
    try {
      Path file = Files.createTempFile("jbuild-", ".so");
      try {
        Files.write(file, CARRIED.bytes(name));
        System.load(file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      e.addSuppressed(because);
      throw new IllegalStateException("cannot unpack " + name + " to a folder of this user", e);
    }
  }
}
