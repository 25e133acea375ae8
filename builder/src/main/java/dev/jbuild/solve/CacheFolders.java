package dev.jbuild.solve;

import dev.jbuild.cache.StepRecords;
import dev.jbuild.layer.Draft;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import dev.jbuild.parser.RunMount;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folders of {@code RUN --mount=type=cache}: {@code caches/HEX/data} each, beside it the id as
 * text and a lock of flock(2), which users that share hold together and others alone.
 */
final class CacheFolders {
  private static final long PAUSE_MILLIS = 10;
  private static final int MOST_COPIES = 1000;

  private final Path folder;

  CacheFolders(Path storeRoot) {
    this.folder = storeRoot.resolve("caches");
  }

  /** A folder that is there until this is closed. */
  record Held(Path data, OpenFile lock) implements AutoCloseable {
    @Override
    public void close() {
      lock.close();
    }
  }

  /** What a new folder begins with. */
  interface Beginning {
    /** Fills a draft, or leaves it as it is: an empty folder of root. */
    void fill(Draft draft) throws IOException, InterruptedException;
  }

  /**
   * Takes a folder into use.
   *
   * @param id what it is found by, namespace included
   */
  Held acquire(String id, RunMount.Sharing sharing, Kitchen kitchen, Beginning beginning)
      throws IOException, InterruptedException {
    String name = Digest.sha256(id).hex();
    for (int copy = 0; ; copy = (copy + 1) % MOST_COPIES) {
      Path place = folder.resolve(copy == 0 ? name : name + "-" + copy);
      Files.createDirectories(place);
      Optional<OpenFile> lock =
          lock(place, sharing != RunMount.Sharing.SHARED, sharing != RunMount.Sharing.PRIVATE);
      if (lock.isPresent()) {
        try {
          Path data = place.resolve("data");
          if (!Files.isDirectory(data)) {
            make(id, place, data, kitchen, beginning);
          }
          StepRecords.use(place.resolve("lock"));
          return new Held(data, lock.get());
        } catch (IOException | RuntimeException | InterruptedException e) {
          lock.get().close();
          throw e;
        }
      }
      // somebody else has it, and it is not to be shared: another one
    }
  }

  private static void make(String id, Path place, Path data, Kitchen kitchen, Beginning beginning)
      throws IOException, InterruptedException {
    try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
      beginning.fill(draft);
      Files.writeString(place.resolve("id"), id + "\n");
      Dir.HERE.rename(draft.fs().toString(), Dir.HERE, data.toString());
    } catch (FileAlreadyExistsException _) {
      // another user of a shared one was quicker
    }
  }

  private static Optional<OpenFile> lock(Path place, boolean alone, boolean wait)
      throws IOException, InterruptedException {
    OpenFile file = Dir.HERE.lockFile(place.resolve("lock").toString());
    boolean locked = false;
    try {
      locked = file.lock(alone, false);
      while (!locked && wait) {
        Thread.sleep(PAUSE_MILLIS);
        locked = file.lock(alone, false);
      }
      return locked ? Optional.of(file) : Optional.empty();
    } finally {
      if (!locked) {
        file.close();
      }
    }
  }

  /** Gives a new folder its owner and permissions. */
  static void dress(Path data, RunMount mount) throws IOException {
    Linux.lchown(data, (int) mount.uid().orElse(0), (int) mount.gid().orElse(0));
    Linux.chmod(data, mount.mode().orElse(0755));
  }
}
