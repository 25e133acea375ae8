package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;

/** How overlayfs writes down what a layer hides (kernel, overlayfs.rst, whiteouts and opaque). */
public final class Overlay {
  private static final String TRUSTED = "trusted.overlay.";
  private static final String USER = "user.overlay.";
  private static final String OPAQUE = "opaque";

  private Overlay() {}

  /** Tells whether the lower content of a folder is hidden. */
  public static boolean isOpaque(Dir dir, String path) throws IOException {
    return isYes(dir, path, TRUSTED) || isYes(dir, path, USER);
  }

  private static boolean isYes(Dir dir, String path, String prefix) throws IOException {
    return dir.xattr(path, prefix + OPAQUE)
        .map(value -> new String(value, StandardCharsets.ISO_8859_1).equals("y"))
        .orElse(false);
  }

  public static void setOpaque(Dir dir, String path) throws IOException {
    byte[] yes = {'y'};
    try {
      dir.setXattr(path, TRUSTED + OPAQUE, yes);
    } catch (AccessDeniedException _) {
      // Only the host's root may set trusted attributes; others mount with userxattr.
      dir.setXattr(path, USER + OPAQUE, yes);
    }
  }

  /** Tells whether an attribute belongs to overlayfs and not to the file. */
  static boolean isOverlayAttribute(String name) {
    return name.startsWith(TRUSTED) || name.startsWith(USER);
  }

  /**
   * Tells whether an attribute says that this folder is not the whole difference: the kernel moved
   * or split a file. Mounts that ask for {@code redirect_dir=off,metacopy=off} never have it.
   */
  static boolean isElsewhere(String name) {
    return isOverlayAttribute(name) && (name.endsWith(".redirect") || name.endsWith(".metacopy"));
  }
}
