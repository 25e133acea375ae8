package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import java.util.Arrays;

/**
 * One file of a layer as its tar names it.
 *
 * @param path in the folder, relative
 * @param name what the tar calls it, without a slash at the end: for a whiteout another than the
 *     path; tars are sorted by it
 * @param size of a regular file
 * @param link the target of a symbolic link; the other path for a hard link; else empty
 * @param opaque for a folder whose lower content is hidden
 */
record TreeItem(
    Kind kind,
    String path,
    byte[] name,
    Meta meta,
    long size,
    String link,
    long device,
    boolean opaque)
    implements Comparable<TreeItem> {
  static final String WHITEOUT_PREFIX = ".wh.";
  static final String OPAQUE_MARK = ".wh..wh..opq";
  // A whiteout has no attributes worth telling; the time of the removal would differ every time.
  private static final Meta NOTHING = Meta.of(0, 0, 0, 0, 0);

  enum Kind {
    FILE('0', 'f'),
    HARD_LINK('1', 'h'),
    SYMLINK('2', 'l'),
    CHARACTER('3', 'c'),
    BLOCK('4', 'b'),
    DIRECTORY('5', 'd'),
    FIFO('6', 'p'),
    WHITEOUT('0', 'w');

    /** In a tar, where a whiteout is a file of a special name. */
    final byte typeflag;

    /** In what is written down here. */
    final byte letter;

    Kind(char typeflag, char letter) {
      this.typeflag = (byte) typeflag;
      this.letter = (byte) letter;
    }
  }

  static TreeItem directory(String path, Meta meta, boolean opaque) {
    return new TreeItem(Kind.DIRECTORY, path, FileName.encode(path), meta, 0, "", 0, opaque);
  }

  static TreeItem file(String path, Meta meta, long size) {
    return new TreeItem(Kind.FILE, path, FileName.encode(path), meta, size, "", 0, false);
  }

  static TreeItem hardLink(String path, Meta meta, String to) {
    return new TreeItem(Kind.HARD_LINK, path, FileName.encode(path), meta, 0, to, 0, false);
  }

  static TreeItem symlink(String path, Meta meta, String target) {
    // Links have no permissions; the kernel shows all of them, whatever was asked for.
    Meta shown = meta.withMode(0777);
    return new TreeItem(Kind.SYMLINK, path, FileName.encode(path), shown, 0, target, 0, false);
  }

  static TreeItem node(Kind kind, String path, Meta meta, long device) {
    return new TreeItem(kind, path, FileName.encode(path), meta, 0, "", device, false);
  }

  static TreeItem whiteout(String path) {
    int slash = path.lastIndexOf('/') + 1;
    String name = path.substring(0, slash) + WHITEOUT_PREFIX + path.substring(slash);
    return new TreeItem(Kind.WHITEOUT, path, FileName.encode(name), NOTHING, 0, "", 0, false);
  }

  /** What follows an opaque folder in the tar, and is no file of the tree. */
  static TreeItem opaqueMark(String directory) {
    byte[] name = FileName.encode(directory + "/" + OPAQUE_MARK);
    return new TreeItem(Kind.WHITEOUT, directory, name, NOTHING, 0, "", 0, false);
  }

  boolean isFile() {
    return kind == Kind.FILE;
  }

  /** Tells whether a path's last component would be read as a whiteout by who extracts it. */
  static boolean isReserved(String path) {
    return path.startsWith(WHITEOUT_PREFIX, path.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(TreeItem other) {
    return Arrays.compareUnsigned(name, other.name);
  }
}
