package dev.jbuild.linux;

import java.io.IOException;
import java.nio.ByteBuffer;

/** statx(2) and utimensat(2), and the layout of what they read and write. */
final class Stat {
  static final int NOFOLLOW = 0x100;
  static final int EMPTY_PATH = 0x1000;
  private static final int BASIC = 0x7ff;

  private Stat() {}

  static FileStat of(int dirfd, String path, int flags, String name) throws IOException {
    Failure.check(call(dirfd, path, flags), name);
    return read();
  }

  /** The raw result; the attributes stand in the scratch memory when it is 0. */
  static long call(int dirfd, String path, int flags) throws IOException {
    Scratch scratch = Scratch.get();
    return Syscall.call(
        Syscall.STATX, dirfd, scratch.path(path), flags, BASIC, scratch.statAddress);
  }

  static FileStat read() {
    ByteBuffer stat = Scratch.get().stat;
    return new FileStat(
        stat.getShort(28) & 0xffff,
        stat.getInt(20),
        stat.getInt(24),
        stat.getLong(40),
        stat.getLong(112),
        stat.getInt(120),
        stat.getLong(96),
        stat.getInt(104),
        FileStat.device(stat.getInt(136), stat.getInt(140)),
        stat.getLong(32),
        stat.getInt(16) & 0xffffffffL,
        FileStat.device(stat.getInt(128), stat.getInt(132)));
  }

  /** Sets the modification time, and the access time to the same. */
  static void times(int dirfd, long path, int flags, long seconds, int nanos, String name)
      throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer times = scratch.stat;
    for (int at = 0; at < 32; at += 16) {
      times.putLong(at, seconds);
      times.putLong(at + 8, nanos);
    }
    Failure.check(
        Syscall.call(Syscall.UTIMENSAT, dirfd, path, scratch.statAddress, flags, 0), name);
  }
}
