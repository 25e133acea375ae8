package dev.jbuild.store;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Keeps other users of the machine out of a store. Below it lie the files of images as they are:
 * programs that become root, which nobody outside of a container may start, and folders that
 * everybody may write to.
 */
final class Privacy {
  private static final int OTHERS = 077;
  private static final int ALL_WRITE = 02;
  private static final int STICKY = 01000;

  private Privacy() {}

  /**
   * Makes the folder, if it is missing, for its owner alone; one that is there becomes that. One of
   * somebody else's, as a volume may be, is taken if not everybody could have filled it.
   */
  static void keep(Path root) throws IOException {
    FileStat stat;
    try (Dir dir = Dir.open(root)) {
      stat = dir.stat("");
    } catch (NoSuchFileException _) {
      make(root);
      return;
    }
    boolean own = stat.uid() == Linux.euid();
    if ((stat.permissions() & (own ? OTHERS : ALL_WRITE)) == 0) {
      return;
    }
    if (!own || (stat.permissions() & STICKY) != 0) {
      throw new StoreException(
          "the store cannot be in "
              + root
              + ", which is for all users; set JBUILD_ROOT to a folder of its own");
    }
    Linux.chmod(root, stat.permissions() & ~OTHERS);
  }

  private static void make(Path root) throws IOException {
    if (root.getParent() != null) {
      Files.createDirectories(root.getParent());
    }
    // never for others, not even for a moment
    Files.createDirectories(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
