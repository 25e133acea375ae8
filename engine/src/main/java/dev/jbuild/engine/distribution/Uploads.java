package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Blobs that are being sent (spec.md, Pushing Blobs): a file each, so that an upload outlives a
 * restart of the server.
 */
final class Uploads {
  private static final Duration FORGOTTEN = Duration.ofDays(7);

  private final Store store;
  private final Path folder;
  private final Set<Path> busy = ConcurrentHashMap.newKeySet();

  Uploads(Store store) throws IOException {
    this.store = store;
    this.folder = Files.createDirectories(store.root().resolve("uploads"));
    sweep();
  }

  private void sweep() throws IOException {
    Instant old = Instant.now().minus(FORGOTTEN);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException _) {
          // it has just ended: another server may work on the same folder
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
    try {
      return Files.size(file(id));
    } catch (NoSuchFileException _) {
      throw unknown(id);
    }
  }

  /** What is done with the file of an upload. */
  private interface Work {
    void on(Path file) throws IOException;
  }

  /** One request at a time: what is compared with a digest must not grow before it has a name. */
  private void alone(String id, Work work) throws IOException {
    Path file = file(id);
    if (!busy.add(file)) {
      throw new Refusal(
          416, "BLOB_UPLOAD_INVALID", "another request is sending to this upload just now");
    }
    try {
      work.on(file);
    } catch (NoSuchFileException _) {
      throw unknown(id); // it ended, or was canceled, meanwhile
    } finally {
      busy.remove(file);
    }
  }

  /**
   * Appends what comes; what came before a connection broke stays, and can be asked for.
   *
   * @return bytes so far
   */
  long append(String id, InputStream body) throws IOException {
    alone(id, file -> append(file, body));
    return size(id);
  }

  private static void append(Path file, InputStream body) throws IOException {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      body.transferTo(out);
    }
  }

  /** Ends an upload with what still comes: it becomes a blob when it is what the digest says. */
  void finish(String id, InputStream body, Digest digest) throws IOException {
    alone(
        id,
        file -> {
          if (Files.size(file) == 0 && digest.algorithm().equals("sha256")) {
            direct(body, digest);
            Files.deleteIfExists(file);
          } else {
            append(file, body);
            become(file, digest);
          }
        });
  }

  private void become(Path file, Digest digest) throws IOException {
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
    return HexFormat.of().formatHex(computation.digest()).equals(digest.hex());
  }

  private static Refusal wrong(Digest digest) {
    return new Refusal(
        400, "DIGEST_INVALID", "provided digest did not match uploaded content: " + digest);
  }

  void cancel(String id) throws IOException {
    Files.deleteIfExists(file(id));
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
    throw unknown(id);
  }

  private static Refusal unknown(String id) {
    return new Refusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry: " + id);
  }
}
