package dev.jbuild.layer;

import dev.jbuild.linux.FileStat;
import dev.jbuild.oci.Digest;
import java.nio.file.Path;
import java.util.Optional;

/** One file of a layer to be written. */
public sealed interface PlannedEntry {
  /** Relative to the layer's root, without a leading slash, separated by {@code /}. */
  String path();

  Meta meta();

  record Directory(String path, Meta meta) implements PlannedEntry {}

  /**
   * A copy of a regular file.
   *
   * @param source the host path of the file to copy
   * @param size the size that the caller saw
   * @param content the digest of the bytes where it is known; the copy fails when they differ
   */
  record File(String path, String source, long size, Optional<Digest> content, Meta meta)
      implements PlannedEntry {
    public File(String path, Path source, long size, Optional<Digest> content, Meta meta) {
      this(path, source.toString(), size, content, meta);
    }
  }

  /** A regular file with the given content. */
  @SuppressWarnings("ArrayRecordComponent") // written once, never compared
  record Bytes(String path, byte[] content, Meta meta) implements PlannedEntry {}

  /** A symbolic link. */
  record Link(String path, String target, Meta meta) implements PlannedEntry {}

  /**
   * A device, a fifo, or a removed name.
   *
   * @param type one of the type constants of {@link FileStat}; a character device 0:0 is a whiteout
   */
  record Node(String path, int type, long rdev, Meta meta) implements PlannedEntry {}

  /**
   * Another name for a file of the same layer, whose attributes it shares.
   *
   * @param to the path of the other name in this layer
   */
  record HardLink(String path, String to, Meta meta) implements PlannedEntry {}
}
