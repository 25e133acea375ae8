package dev.jbuild.linux;

import org.jspecify.annotations.Nullable;

/**
 * What statx(2) tells of a file.
 *
 * @param mode the whole st_mode: type and permissions
 */
public record FileStat(
    int mode,
    int uid,
    int gid,
    long size,
    long mtimeSec,
    int mtimeNanos,
    long ctimeSec,
    int ctimeNanos,
    long dev,
    long ino,
    long nlink,
    long rdev) {
  public static final int TYPE_MASK = 0170000;
  public static final int SOCKET = 0140000;
  public static final int SYMLINK = 0120000;
  public static final int REGULAR = 0100000;
  public static final int BLOCK = 0060000;
  public static final int DIRECTORY = 0040000;
  public static final int CHARACTER = 0020000;
  public static final int FIFO = 0010000;

  // A record's own equals and hashCode are spun at the first use in every process (docs/adr/0010)

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileStat that
        && ino == that.ino
        && dev == that.dev
        && size == that.size
        && mtimeSec == that.mtimeSec
        && mtimeNanos == that.mtimeNanos
        && ctimeSec == that.ctimeSec
        && ctimeNanos == that.ctimeNanos
        && mode == that.mode
        && uid == that.uid
        && gid == that.gid
        && nlink == that.nlink
        && rdev == that.rdev;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(ino);
  }

  /** The type bits of the mode, comparable with the constants above. */
  public int type() {
    return mode & TYPE_MASK;
  }

  /** The lower twelve bits: permissions, set-user-ID, set-group-ID, sticky. */
  public int permissions() {
    return mode & 07777;
  }

  public boolean isDirectory() {
    return type() == DIRECTORY;
  }

  public boolean isRegular() {
    return type() == REGULAR;
  }

  public boolean isSymlink() {
    return type() == SYMLINK;
  }

  public boolean isFifo() {
    return type() == FIFO;
  }

  public boolean isSocket() {
    return type() == SOCKET;
  }

  /** Tells whether this is overlayfs's mark of a removed name: a character device 0:0. */
  public boolean isWhiteout() {
    return type() == CHARACTER && rdev == 0;
  }

  /** The major number of a device. */
  public int major() {
    return major(rdev);
  }

  /** The minor number of a device. */
  public int minor() {
    return minor(rdev);
  }

  /** A device number as the kernel and the C library encode it. */
  public static long device(int major, int minor) {
    return (minor & 0xffL) | ((major & 0xfffL) << 8) | ((minor & 0xfff00L) << 12);
  }

  /** The major part of an encoded device number. */
  public static int major(long device) {
    return (int) ((device >>> 8) & 0xfff);
  }

  /** The minor part of an encoded device number. */
  public static int minor(long device) {
    return (int) ((device & 0xff) | ((device >>> 12) & 0xfff00));
  }
}
