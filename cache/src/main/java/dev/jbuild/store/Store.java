package dev.jbuild.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Plain files under one root, each written to a temporary name and renamed; there is no database to
 * open, so that starting costs the same however much is stored.
 *
 * <p>Readers never see half a file. A crash leaves only garbage, which the next collection takes.
 */
public final class Store {
  private final Path root;

  private Store(Path root) {
    this.root = root;
  }

  /** Opens the store at a folder, which is made when it is missing. */
  public static Store open(Path root) {
    try {
      if (!Files.isDirectory(root.resolve("blobs/sha256"))) {
        for (String folder :
            new String[] {"blobs/sha256", "names", "untagged", "tmp", "leases", "steps", "locks"}) {
          Files.createDirectories(root.resolve(folder));
        }
      }
      return new Store(root);
    } catch (IOException e) {
      throw new StoreException(
          "cannot open the store "
              + root
              + ": "
              + e
              + "; set JBUILD_ROOT to a folder that you may write",
          e);
    }
  }

  /** Where the store is by convention: {@code JBUILD_ROOT}, else root's or the user's own place. */
  public static Path defaultRoot(Map<String, String> env, boolean isRoot) {
    String explicit = env.getOrDefault("JBUILD_ROOT", "");
    if (!explicit.isEmpty()) {
      return Path.of(explicit).toAbsolutePath();
    }
    if (isRoot) {
      return Path.of("/var/lib/jbuild");
    }
    String data = env.getOrDefault("XDG_DATA_HOME", "");
    return data.isEmpty()
        ? Path.of(env.getOrDefault("HOME", "/"), ".local/share/jbuild")
        : Path.of(data, "jbuild");
  }

  public Path root() {
    return root;
  }

  /** Blobs by digest. */
  public Blobs blobs() {
    return new Blobs(root);
  }

  /** Image names. */
  public Names names() {
    return new Names(root);
  }

  /** Keeps what it pins until it is closed or this process ends, however it ends. */
  public Lease lease() {
    return Lease.open(root);
  }
}
