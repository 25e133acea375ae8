package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistryException;
import dev.jbuild.registry.Resolved;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Another registry, of which this one keeps what passes. Tags are asked for anew each time; while
 * the other registry is away, what was kept serves.
 */
final class Upstream {
  /** For so long a registry that did not answer is not asked for what is here. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final String registry;
  private final RegistryClient client;
  private final Store store;
  private final Optional<CacheLimit> limit;

  /** By the clock of {@link System#nanoTime}. */
  private volatile long askAgain = System.nanoTime();

  private final Map<Digest, ReentrantLock> arriving = new ConcurrentHashMap<>();

  /**
   * @param registry host and port
   */
  Upstream(String registry, RegistryClient client, Store store, Optional<CacheLimit> limit) {
    this.registry = registry;
    this.limit = limit;
    this.client = client;
    this.store = store;
  }

  private ImageReference reference(Repositories.Repository repository) {
    return new ImageReference(registry, repository.name(), Optional.empty(), Optional.empty());
  }

  /**
   * A manifest by tag or digest.
   *
   * @param known what is here, which serves while the other registry does not answer
   * @throws Refusal when the other registry does not give it, and nothing is known
   */
  Optional<Descriptor> manifest(
      Repositories.Repository repository, String reference, Optional<Descriptor> known)
      throws IOException {
    if (known.isPresent() && System.nanoTime() - askAgain < 0) {
      return known;
    }
    try {
      return Optional.of(ask(repository, reference));
    } catch (RegistryException e) {
      if (e.isNotFound()) {
        if (!Digest.isDigest(reference)) {
          repository.removeTag(reference);
        }
        return Optional.empty();
      }
      if (known.isEmpty()) {
        throw refusal(e);
      }
      if (e.status() == 0) {
        askAgain = System.nanoTime() + SILENCE.toNanos();
      }
      return known;
    }
  }

  private Descriptor ask(Repositories.Repository repository, String reference) throws IOException {
    ImageReference name = reference(repository);
    boolean digest = Digest.isDigest(reference);
    ImageReference wanted =
        digest ? name.withDigest(Digest.parse(reference)) : name.withTag(reference);
    Optional<Descriptor> now = digest ? Optional.empty() : client.head(wanted);
    if (now.isPresent() && repository.manifest(now.get().digest()).isPresent()) {
      repository.setTag(reference, now.get());
      return now.get();
    }
    Resolved found = client.resolve(wanted);
    keep(repository, found);
    if (!digest) {
      repository.setTag(reference, found.descriptor());
    }
    return found.descriptor();
  }

  /** Why the other registry does not help; who asks here must not take it for an empty one. */
  private static Refusal refusal(RegistryException failure) {
    return failure.isDenied()
        ? new Refusal(403, "DENIED", "the cached registry says no: " + failure.getMessage())
        : new Refusal(502, "UNAVAILABLE", "the cached registry: " + failure.getMessage());
  }

  private void keep(Repositories.Repository repository, Resolved found) throws IOException {
    try (Ingest ingest = store.blobs().ingest()) {
      ingest.write(found.bytes());
      ingest.commit(found.descriptor().digest(), found.bytes().length);
    }
    repository.addManifest(found.descriptor());
  }

  /** All tags that the other registry has, if it answers. */
  Optional<List<String>> tags(Repositories.Repository repository) {
    try {
      return Optional.of(client.tags(reference(repository)).stream().sorted().toList());
    } catch (RegistryException _) {
      return Optional.empty();
    }
  }

  /** A blob that is here is asked for: it is not the next one to go. */
  void used(Digest digest) throws IOException {
    if (limit.isPresent()) {
      store.blobs().keep(digest);
    }
  }

  /**
   * Serves a blob while it comes, and keeps it; whoever else wants it meanwhile waits for that.
   *
   * @return false when the other registry does not have it
   */
  boolean serve(Visit visit, Repositories.Repository repository, Digest digest) throws IOException {
    ReentrantLock lock = arriving.computeIfAbsent(digest, _ -> new ReentrantLock());
    lock.lock();
    try {
      if (!store.blobs().has(digest)) {
        return fetch(visit, repository, digest);
      }
      repository.addBlob(digest);
    } finally {
      lock.unlock();
      arriving.remove(digest, lock);
    }
    try (OutputStream out = head(visit, digest, store.blobs().size(digest));
        var in = store.blobs().open(digest)) {
      if (!visit.method().equals("HEAD")) {
        in.transferTo(out);
      }
    }
    return true;
  }

  private boolean fetch(Visit visit, Repositories.Repository repository, Digest digest)
      throws IOException {
    Optional<Long> size;
    try {
      size = client.blobSize(reference(repository), digest);
    } catch (RegistryException e) {
      throw refusal(e);
    }
    if (size.isEmpty()) {
      return false;
    }
    if (visit.method().equals("HEAD")) {
      head(visit, digest, size.get()).close();
      return true;
    }
    Descriptor blob = Descriptor.of("application/octet-stream", digest, size.get());
    try (OutputStream out = head(visit, digest, size.get());
        Ingest ingest = store.blobs().ingest()) {
      client.fetchBlob(reference(repository), blob, new Both(ingest, out), _ -> {});
      ingest.commit(digest, size.get());
      repository.addBlob(digest);
    }
    if (limit.isPresent()) {
      limit.get().grown(size.get());
    }
    return true;
  }

  private static OutputStream head(Visit visit, Digest digest, long size) throws IOException {
    return visit
        .with("Docker-Content-Digest", digest.toString())
        .with("Content-Type", "application/octet-stream")
        .begin(200, size);
  }

  /** Writes to the store and to who asked, who may go away meanwhile. */
  private static final class Both extends FilterOutputStream {
    private final OutputStream visitor;
    private boolean gone;

    Both(OutputStream store, OutputStream visitor) {
      super(store);
      this.visitor = visitor;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      if (!gone) {
        try {
          visitor.write(bytes, offset, length);
        } catch (IOException _) {
          gone = true;
        }
      }
    }
  }
}
