package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Blobs that are being sent (spec.md, Pushing Blobs): a file each, so that an upload outlives a
 * restart of the server.
 */
final class Uploads {
  private static final Duration FORGOTTEN = Duration.ofDays(7);

  private final Store store;
  private final Path folder;
  private final Map<String, ReentrantLock> busy = new ConcurrentHashMap<>();

  Uploads(Store store) throws IOException {
    this.store = store;
    this.folder = Files.createDirectories(store.root().resolve("uploads"));
    sweep();
  }

  private void sweep() throws IOException {
    Instant old = Instant.now().minus(FORGOTTEN);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  String begin() throws IOException {
    String id = UUID.randomUUID().toString();
    Files.createFile(folder.resolve(id));
    return id;
  }

  /** Bytes so far. */
  long size(String id) throws IOException {
    return Files.size(file(id));
  }

  /**
   * Appends what comes; what came before a connection broke stays, and can be asked for.
   *
   * @return bytes so far
   */
  long append(String id, InputStream body) throws IOException {
    Path file = file(id);
    ReentrantLock lock = busy.computeIfAbsent(id, _ -> new ReentrantLock());
    if (!lock.tryLock()) {
      throw new Refusal(
          416, "BLOB_UPLOAD_INVALID", "another request is sending to this upload just now");
    }
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      body.transferTo(out);
    } finally {
      lock.unlock();
    }
    return Files.size(file);
  }

  /** Ends an upload: its file becomes a blob when it is what the digest says. */
  void finish(String id, Digest digest) throws IOException {
    Path file = file(id);
    if (!isSame(file, digest)) {
      throw wrong(digest);
    }
    if (store.blobs().keep(digest)) {
      Files.deleteIfExists(file);
    } else {
      Path blob = store.blobs().path(digest);
      Files.createDirectories(blob.getParent());
      Files.move(file, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    busy.remove(id);
  }

  /** A blob that comes in one request goes straight into the store. */
  void direct(InputStream body, Digest digest) throws IOException {
    try (Ingest ingest = store.blobs().ingest()) {
      body.transferTo(ingest);
      commit(ingest, digest);
    }
  }

  private static void commit(Ingest ingest, Digest digest) throws IOException {
    try {
      ingest.commit(digest, ingest.written());
    } catch (StoreException _) {
      throw wrong(digest);
    }
  }

  private static boolean isSame(Path file, Digest digest) throws IOException {
    var computation = digest.newComputation();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        computation.update(buffer, 0, count);
      }
    }
    return java.util.HexFormat.of().formatHex(computation.digest()).equals(digest.hex());
  }

  private static Refusal wrong(Digest digest) {
    return new Refusal(
        400, "DIGEST_INVALID", "provided digest did not match uploaded content: " + digest);
  }

  void cancel(String id) throws IOException {
    Files.delete(file(id));
    busy.remove(id);
  }

  private Path file(String id) throws IOException {
    try {
      Path file = folder.resolve(UUID.fromString(id).toString());
      if (Files.exists(file)) {
        return file;
      }
    } catch (IllegalArgumentException _) {
      // none of ours
    }
    throw new Refusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry: " + id);
  }
}
