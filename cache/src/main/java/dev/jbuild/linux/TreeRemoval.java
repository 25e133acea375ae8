package dev.jbuild.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Removes a tree that someone hostile may have made, and others may be removing as well.
 *
 * <p>Every folder is opened from its parent without following links. A tree deeper than {@link
 * #DEPTH} would use up descriptors and stack: its lower part is first renamed to the top.
 */
final class TreeRemoval {
  private static final int DEPTH = 100;

  private final Dir top;
  private int serial;
  private boolean moved;

  private TreeRemoval(Dir top) {
    this.top = top;
  }

  static void delete(Path path) throws IOException {
    String name = path.toString();
    if (Dir.HERE.unlinkIfFile(name) || Dir.HERE.statIfPresent(name).isEmpty()) {
      return;
    }
    try (Dir dir = openable(Dir.HERE, name)) {
      new TreeRemoval(dir).clear();
      Dir.HERE.rmdir(name);
    } catch (NoSuchFileException _) {
      // another process removes the same
    }
  }

  private void clear() throws IOException {
    do {
      moved = false;
      try (Dir fromStart = top.openDir("")) {
        clear(fromStart, 0);
      }
    } while (moved);
  }

  private void clear(Dir dir, int depth) throws IOException {
    for (String name : dir.names()) {
      if (dir.unlinkIfFile(name)) {
        continue;
      }
      try (Dir below = openable(dir, name)) {
        if (depth == DEPTH) {
          moveToTop(dir, name);
          continue;
        }
        clear(below, depth + 1);
        dir.rmdir(name);
      } catch (NoSuchFileException _) {
        // another process removes the same
      }
    }
  }

  private void moveToTop(Dir dir, String name) throws IOException {
    moved = true;
    while (true) {
      try {
        dir.rename(name, top, ".removed-" + serial++);
        return;
      } catch (FileAlreadyExistsException _) {
        // The tree has a file of that name: take the next.
      }
    }
  }

  private static Dir openable(Dir parent, String name) throws IOException {
    try {
      return parent.openDir(name);
    } catch (AccessDeniedException _) {
      // Not root, and a folder like overlayfs's work/work, which nobody may read.
      parent.chmod(name, 0700);
      return parent.openDir(name);
    }
  }
}
