package dev.jbuild.runtime;

/**
 * One entry of a scanned folder.
 *
 * @param path relative to the folder, {@code /}-separated; bytes that are not UTF-8 are carried as
 *     lone surrogates U+DC80–U+DCFF, which no {@code Path} takes
 * @param mode type and permission bits as in {@code st_mode}
 * @param linkTarget of a symbolic link, else empty
 */
public record ScanEntry(
    String path,
    int mode,
    int uid,
    int gid,
    long size,
    long mtimeSec,
    int mtimeNanos,
    long ctimeSec,
    int ctimeNanos,
    long ino,
    long dev,
    long nlink,
    long rdev,
    String linkTarget) {
  private static final int TYPE = 0170000;

  public boolean isDirectory() {
    return (mode & TYPE) == 0040000;
  }

  public boolean isRegular() {
    return (mode & TYPE) == 0100000;
  }

  public boolean isSymlink() {
    return (mode & TYPE) == 0120000;
  }

  /** Permission bits with setuid, setgid and sticky. */
  public int permissions() {
    return mode & 07777;
  }
}
