package dev.jbuild.layer;

import java.io.IOException;
import java.util.Optional;

/** What lies below a draft, as far as extraction must know it. */
public interface LowerView {
  /** Where a write to this path lands: every symbolic link of the existing prefix resolved. */
  String resolve(String path) throws IOException;

  /**
   * The same for a program whose root is a folder of the view: no link leads out of it.
   *
   * @param folder resolved
   * @param path below it
   */
  String resolve(String folder, String path) throws IOException;

  /** The attributes of a folder; absent when this is none. A link to one is none. */
  Optional<Meta> folder(String path) throws IOException;

  /** The same view with one more folder on top, which may still change. */
  LowerView below(Layer top);
}
