package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The attributes of a file in a layer.
 *
 * @param mode the lower twelve bits of st_mode; others given are dropped
 */
public record Meta(
    int mode,
    int uid,
    int gid,
    long mtimeSec,
    int mtimeNanos,
    SortedMap<String, XattrValue> xattrs) {
  private static final SortedMap<String, XattrValue> NONE =
      Collections.unmodifiableSortedMap(new TreeMap<>());

  public Meta {
    mode &= 07777;
    xattrs = xattrs.isEmpty() ? NONE : Collections.unmodifiableSortedMap(new TreeMap<>(xattrs));
  }

  /** Attributes without extended ones. */
  public static Meta of(int mode, int uid, int gid, long mtimeSec, int mtimeNanos) {
    return new Meta(mode, uid, gid, mtimeSec, mtimeNanos, NONE);
  }

  /** The attributes of a file, without extended ones. */
  public static Meta of(FileStat stat) {
    return of(stat.permissions(), stat.uid(), stat.gid(), stat.mtimeSec(), stat.mtimeNanos());
  }

  /** The attributes of a file, with the extended ones that go into an image. */
  public static Meta read(Dir dir, String path, FileStat stat) throws IOException {
    return of(stat).withXattrs(TreeWalk.xattrs(dir, path));
  }

  /**
   * For a folder that nobody describes, though something lies in it: root's, or of the user who
   * could not make it root's.
   */
  static Meta implied() {
    return of(0755, Linux.euid(), Linux.egid(), 0, 0);
  }

  public Meta withMode(int other) {
    return new Meta(other, uid, gid, mtimeSec, mtimeNanos, xattrs);
  }

  public Meta withOwner(int otherUid, int otherGid) {
    return new Meta(mode, otherUid, otherGid, mtimeSec, mtimeNanos, xattrs);
  }

  public Meta withMtime(long seconds, int nanos) {
    return new Meta(mode, uid, gid, seconds, nanos, xattrs);
  }

  public Meta withXattrs(SortedMap<String, XattrValue> others) {
    return new Meta(mode, uid, gid, mtimeSec, mtimeNanos, others);
  }
}
