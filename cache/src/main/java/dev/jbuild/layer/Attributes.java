package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Map;

/**
 * Gives files their attributes, in the one order that works: changing the owner clears the
 * set-user-ID bit and capabilities, and setting an access list changes the mode.
 */
final class Attributes {
  private final int uid = Linux.euid();
  private final int gid = Linux.egid();
  private final int umask;

  Attributes() throws IOException {
    umask = Linux.umask();
  }

  /** Makes a regular file, with its mode where nothing comes between that would change it. */
  OpenFile create(Dir dir, String path, Meta meta) throws IOException {
    return dir.create(path, isModeFinal(meta) ? meta.mode() : 0600);
  }

  // Each change of the mode is one more transaction of the journal.
  private boolean isModeFinal(Meta meta) {
    return (meta.mode() & (umask | 07000)) == 0 && meta.xattrs().isEmpty();
  }

  /** For a regular file that {@link #create} made. */
  void apply(OpenFile file, Meta meta) throws IOException {
    apply(file, meta, false);
  }

  /** The same, without extended attributes where the file system has none. */
  void applyWhereSupported(OpenFile file, Meta meta) throws IOException {
    apply(file, meta, true);
  }

  private void apply(OpenFile file, Meta meta, boolean lenient) throws IOException {
    if (meta.uid() != uid || meta.gid() != gid) {
      try {
        file.chown(meta.uid(), meta.gid());
      } catch (AccessDeniedException _) {
        throw notPermitted(file.toString(), meta);
      }
    }
    for (Map.Entry<String, XattrValue> xattr : meta.xattrs().entrySet()) {
      try {
        file.setXattr(xattr.getKey(), xattr.getValue().bytes());
      } catch (IOException e) {
        if (!lenient || !Linux.isUnsupported(e)) {
          throw e;
        }
      }
    }
    if (!isModeFinal(meta)) {
      file.chmod(meta.mode());
    }
    file.times(meta.mtimeSec(), meta.mtimeNanos());
  }

  /** For every other file that was just made, and for folders once they are filled. */
  void apply(Dir dir, String path, Meta meta, boolean symlink) throws IOException {
    own(dir, path, meta);
    for (Map.Entry<String, XattrValue> xattr : meta.xattrs().entrySet()) {
      dir.setXattr(path, xattr.getKey(), xattr.getValue().bytes());
    }
    if (!symlink) {
      dir.chmod(path, meta.mode());
    }
    dir.times(path, meta.mtimeSec(), meta.mtimeNanos());
  }

  private void own(Dir dir, String path, Meta meta) throws IOException {
    if (meta.uid() == uid && meta.gid() == gid) {
      return;
    }
    try {
      dir.chown(path, meta.uid(), meta.gid());
    } catch (AccessDeniedException _) {
      throw notPermitted(path, meta);
    }
  }

  private IOException notPermitted(String path, Meta meta) {
    return new IOException(
        "cannot give %s to %s:%s: only root may give files away, and this is user %d; run as root"
            .formatted(
                path,
                Integer.toUnsignedString(meta.uid()),
                Integer.toUnsignedString(meta.gid()),
                uid));
  }
}
