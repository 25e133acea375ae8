package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps a cache of another registry within a size: what nobody has asked for the longest time goes,
 * and comes again when somebody does. Manifests stay, so that tags are served when that registry is
 * away.
 */
final class CacheLimit {
  private final Store store;
  private final Repositories repositories;
  private final long limit;

  /** Bytes of all blobs as far as known; negative before they have been counted. */
  private long used = -1;

  private record Blob(Digest digest, long size, long since) {}

  /**
   * @param limit bytes of blobs
   */
  CacheLimit(Store store, Repositories repositories, long limit) {
    this.store = store;
    this.repositories = repositories;
    this.limit = limit;
  }

  /** Makes room when what has come is too much. */
  synchronized void grown(long bytes) throws IOException {
    used = used < 0 ? blobs().stream().mapToLong(Blob::size).sum() : used + bytes;
    if (used <= limit) {
      return;
    }
    Set<Digest> manifests = new HashSet<>();
    for (String name : repositories.all()) {
      manifests.addAll(repositories.of(name).manifests());
    }
    List<Blob> blobs = blobs();
    blobs.sort(Comparator.comparingLong(Blob::since));
    used = blobs.stream().mapToLong(Blob::size).sum();
    // Some more than has to go, so that not every blob that comes looks at all that are here.
    long wanted = limit - limit / 10;
    for (Blob blob : blobs) {
      if (used <= wanted) {
        return;
      }
      if (!manifests.contains(blob.digest())) {
        store.blobs().remove(blob.digest());
        used -= blob.size();
      }
    }
  }

  private List<Blob> blobs() throws IOException {
    List<Blob> all = new ArrayList<>();
    for (Digest digest : store.blobs().all()) {
      Path file = store.blobs().path(digest);
      try {
        var facts = Files.readAttributes(file, BasicFileAttributes.class);
        all.add(new Blob(digest, facts.size(), facts.lastModifiedTime().toMillis()));
      } catch (NoSuchFileException _) {
        // taken away meanwhile
      }
    }
    return all;
  }
}
