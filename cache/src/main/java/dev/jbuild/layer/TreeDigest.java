package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Map;

/**
 * The digest of a tree without modification times: two trees have the same one when a container
 * could tell them apart by times only.
 */
final class TreeDigest {
  private final MessageDigest digest = Digest.newSha256();
  private final ByteSink sink = ByteSink.into(digest);

  /**
   * Adds the next item of the tree.
   *
   * @param content the SHA-256 of a regular file's bytes; empty for others
   */
  void add(TreeItem item, long size, byte[] content) throws IOException {
    Meta meta = item.meta();
    sink.write(item.kind().letter);
    sink.write(item.opaque() ? 1 : 0);
    sink.writeInt(meta.mode());
    sink.writeInt(meta.uid());
    sink.writeInt(meta.gid());
    sink.writeLong(size);
    sink.writeLong(item.device());
    sink.writeSized(FileName.encode(item.path()));
    sink.writeSized(FileName.encode(item.link()));
    sink.writeInt(meta.xattrs().size());
    for (Map.Entry<String, XattrValue> xattr : meta.xattrs().entrySet()) {
      sink.writeSized(FileName.encode(xattr.getKey()));
      sink.writeSized(xattr.getValue().bytes());
    }
    sink.writeSized(content);
  }

  Digest finish() throws IOException {
    sink.flush();
    return Digest.of(digest.digest());
  }
}
