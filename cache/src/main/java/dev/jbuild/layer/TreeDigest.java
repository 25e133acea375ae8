package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import dev.jbuild.oci.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a tree without modification times: two trees have the same one when a container
 * could tell them apart by times only.
 */
final class TreeDigest {
  private final MessageDigest digest = Digest.newSha256();
  private final ByteBuffer numbers = ByteBuffer.allocate(48);

  /**
   * Adds the next item of the tree.
   *
   * @param content the digest of a regular file's bytes
   */
  void add(TreeItem item, long size, @Nullable Digest content) {
    byte[] path = FileName.encode(item.path());
    byte[] link = FileName.encode(item.link());
    Meta meta = item.meta();
    numbers.clear();
    numbers
        .put(item.kind() == TreeItem.Kind.WHITEOUT ? (byte) 'w' : item.kind().typeflag)
        .put((byte) (item.opaque() ? 1 : 0))
        .putShort((short) meta.mode())
        .putInt(meta.uid())
        .putInt(meta.gid())
        .putLong(size)
        .putLong(item.device())
        .putInt(meta.xattrs().size())
        .putInt(path.length)
        .putInt(link.length);
    digest.update(numbers.array(), 0, numbers.position());
    digest.update(path);
    digest.update(link);
    meta.xattrs().forEach((name, value) -> addXattr(name, value.bytes()));
    if (content != null) {
      digest.update(HexFormat.of().parseHex(content.hex()));
    }
  }

  private void addXattr(String name, byte[] value) {
    byte[] key = FileName.encode(name);
    numbers.clear();
    numbers.putInt(key.length).putInt(value.length);
    digest.update(numbers.array(), 0, numbers.position());
    digest.update(key);
    digest.update(value);
  }

  Digest finish() {
    return Digest.of(digest.digest());
  }
}
