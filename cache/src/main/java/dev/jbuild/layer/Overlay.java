package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.session.UserSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** How overlayfs writes down what a layer hides (kernel, overlayfs.rst, whiteouts and opaque). */
public final class Overlay {
  private static final String TRUSTED = "trusted.overlay.";
  private static final String USER = "user.overlay.";

  /**
   * Only root may set trusted attributes, so others mount with userxattr. Of the other kind an
   * attribute is one like any else, which whoever writes to the layer may have set.
   */
  private static final String OURS =
      Linux.euid() == 0 && System.getenv(UserSession.VARIABLE) == null ? TRUSTED : USER;

  private static final String OPAQUE = OURS + "opaque";

  private Overlay() {}

  /** Tells whether the lower content of a folder is hidden. */
  public static boolean isOpaque(Dir dir, String path) throws IOException {
    return dir.xattr(path, OPAQUE)
        .map(value -> new String(value, StandardCharsets.ISO_8859_1).equals("y"))
        .orElse(false);
  }

  public static void setOpaque(Dir dir, String path) throws IOException {
    dir.setXattr(path, OPAQUE, new byte[] {'y'});
  }

  /** Tells whether an attribute is one of overlayfs's, of either kind: no layer carries it. */
  static boolean isOverlayAttribute(String name) {
    return name.startsWith(TRUSTED) || name.startsWith(USER);
  }

  /**
   * Tells whether an attribute says that this folder is not the whole difference: the kernel moved
   * or split a file. Mounts that ask for {@code redirect_dir=off,metacopy=off} never have it.
   */
  static boolean isElsewhere(String name) {
    return name.equals(OURS + "redirect") || name.equals(OURS + "metacopy");
  }
}
