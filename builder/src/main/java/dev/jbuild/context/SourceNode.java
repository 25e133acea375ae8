package dev.jbuild.context;

import java.nio.file.Path;

/**
 * One file, folder or link that can be copied from.
 *
 * @param path below the root of its tree, without a leading slash; empty for the root itself
 * @param host where its bytes are
 * @param mode type and permission bits, as {@code st_mode}
 * @param identity what the stat cache compares; absent values are zero
 * @param linkTarget empty for all but symbolic links
 */
public record SourceNode(
    String path,
    Path host,
    int mode,
    int uid,
    int gid,
    long size,
    long mtimeSec,
    int mtimeNanos,
    Identity identity,
    String linkTarget) {
  private static final int TYPE = 0170000;

  /** Inode data that changes when a file does. */
  public record Identity(long dev, long ino, long ctimeNanos, long rdev) {}

  public boolean isDirectory() {
    return (mode & TYPE) == 0040000;
  }

  public boolean isRegular() {
    return (mode & TYPE) == 0100000;
  }

  public boolean isSymlink() {
    return (mode & TYPE) == 0120000;
  }

  public boolean isSocket() {
    return (mode & TYPE) == 0140000;
  }

  /** The type bits alone. */
  public int type() {
    return mode & TYPE;
  }

  /** The last component of the path; empty for the root. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
