package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Blobs: end-2, end-4 to end-6, end-10, end-11 and end-13 of spec.md. */
final class BlobRoutes {
  private static final String OCTETS = "application/octet-stream";

  private final Store store;
  private final Repositories repositories;
  private final Uploads uploads;
  private final Optional<Upstream> upstream;

  BlobRoutes(Store store, Repositories repositories, Optional<Upstream> upstream)
      throws IOException {
    this.store = store;
    this.repositories = repositories;
    this.uploads = new Uploads(store);
    this.upstream = upstream;
  }

  void blob(Visit visit, Repositories.Repository repository, Digest digest) throws IOException {
    switch (visit.method()) {
      case "GET", "HEAD" -> get(visit, repository, digest);
      case "DELETE" -> delete(visit, repository, digest);
      default -> throw Refusal.noMethod(visit.method());
    }
  }

  private void get(Visit visit, Repositories.Repository repository, Digest digest)
      throws IOException {
    // Who only asks is about to push what needs it.
    boolean here =
        visit.method().equals("HEAD") ? repository.wantBlob(digest) : repository.hasBlob(digest);
    if (!here) {
      if (upstream.isEmpty() || !upstream.get().serve(visit, repository, digest)) {
        throw new Refusal(404, "BLOB_UNKNOWN", "blob unknown to registry: " + digest);
      }
      return;
    }
    if (upstream.isPresent()) {
      upstream.get().used(digest);
    }
    send(visit, digest);
  }

  /** The content, or the part of it that a Range names (RFC 9110, section 14). */
  private void send(Visit visit, Digest digest) throws IOException {
    visit
        .with("Docker-Content-Digest", digest.toString())
        .with("Content-Type", OCTETS)
        .with("Accept-Ranges", "bytes")
        .with("ETag", "\"" + digest + "\"")
        .with("Cache-Control", "max-age=31536000");
    try (FileChannel file = FileChannel.open(store.blobs().path(digest))) {
      long size = file.size();
      Optional<long[]> range = visit.header("Range").flatMap(text -> Ranges.parse(text, size));
      long from = 0;
      long to = size;
      if (range.isPresent()) {
        from = range.get()[0];
        to = range.get()[1] + 1;
        if (from >= size) {
          visit.with("Content-Range", "bytes */" + size);
          throw new Refusal(416, "SIZE_INVALID", "the range is beyond the end of the blob");
        }
        visit.with("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + size);
      }
      try (OutputStream out = visit.begin(range.isPresent() ? 206 : 200, to - from)) {
        if (!visit.method().equals("HEAD")) {
          copy(file, from, to, out);
        }
      }
    } catch (NoSuchFileException _) {
      throw new Refusal(404, "BLOB_UNKNOWN", "blob unknown to registry: " + digest);
    }
  }

  private static void copy(FileChannel file, long from, long to, OutputStream out)
      throws IOException {
    byte[] buffer = new byte[1 << 17];
    file.position(from);
    long left = to - from;
    // Closed with the channel.
    @SuppressWarnings("resource")
    InputStream in = Channels.newInputStream(file);
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new IOException("a blob is shorter than it was");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
  }

  private void delete(Visit visit, Repositories.Repository repository, Digest digest)
      throws IOException {
    if (!repository.removeBlob(digest)) {
      throw new Refusal(404, "BLOB_UNKNOWN", "blob unknown to registry: " + digest);
    }
    try (Gate _ = store.pass()) {
      if (!repositories.anyHas(digest)) {
        store.blobs().remove(digest);
      }
    }
    visit.answer(202);
  }

  /** POST: a blob from another repository, a whole one, or the beginning of an upload. */
  void begin(Visit visit, Repositories.Repository repository) throws IOException {
    if (!visit.method().equals("POST")) {
      throw Refusal.noMethod(visit.method());
    }
    if (visit.query("mount", true).isPresent()) {
      Digest digest = visit.digest("mount");
      if (mount(repository, digest, visit.query("from", true))) {
        created(visit, repository, digest);
        return;
      }
    }
    if (visit.query("digest", true).isPresent()) {
      Digest digest = visit.digest("digest");
      uploads.direct(visit.body(), digest);
      repository.addBlob(digest);
      created(visit, repository, digest);
      return;
    }
    String id = uploads.begin();
    visit.with("Location", location(repository, id)).with("Range", "0-0");
    visit.with("Docker-Upload-UUID", id).answer(202);
  }

  private boolean mount(Repositories.Repository to, Digest digest, Optional<String> from)
      throws IOException {
    try (Gate _ = store.pass()) {
      boolean can = isMountable(digest, from);
      if (can) {
        to.addBlob(digest);
      }
      return can;
    }
  }

  /** Without a source, what any repository here has will do (spec.md, Mounting a blob). */
  private boolean isMountable(Digest digest, Optional<String> from) throws IOException {
    if (from.isPresent()) {
      return RegistryServer.isName(from.get()) && repositories.of(from.get()).hasBlob(digest);
    }
    return store.blobs().has(digest) && repositories.anyHas(digest);
  }

  void upload(Visit visit, Repositories.Repository repository, String id) throws IOException {
    switch (visit.method()) {
      case "GET" -> {
        visit.with("Location", location(repository, id)).with("Range", range(uploads.size(id)));
        visit.with("Docker-Upload-UUID", id).answer(204);
      }
      case "PATCH" -> patch(visit, repository, id);
      case "PUT" -> put(visit, repository, id);
      case "DELETE" -> {
        uploads.cancel(id);
        visit.answer(204);
      }
      default -> throw Refusal.noMethod(visit.method());
    }
  }

  private void patch(Visit visit, Repositories.Repository repository, String id)
      throws IOException {
    checkOrder(visit, repository, id);
    long size = uploads.append(id, visit.body());
    visit.with("Location", location(repository, id)).with("Range", range(size));
    visit.with("Docker-Upload-UUID", id).answer(202);
  }

  private void put(Visit visit, Repositories.Repository repository, String id) throws IOException {
    Digest digest = visit.digest("digest");
    checkOrder(visit, repository, id);
    uploads.finish(id, visit.body(), digest);
    repository.addBlob(digest);
    created(visit, repository, digest);
  }

  /** Chunks come in order; who lost count is told where the upload stands. */
  private void checkOrder(Visit visit, Repositories.Repository repository, String id)
      throws IOException {
    long size = uploads.size(id);
    Optional<String> said = visit.header("Content-Range");
    if (said.isPresent() && !Ranges.beginsAt(said.get(), size)) {
      visit.with("Location", location(repository, id)).with("Range", range(size));
      throw new Refusal(
          416,
          "BLOB_UPLOAD_INVALID",
          "chunk " + said.get() + " does not follow " + size + " bytes");
    }
  }

  private static void created(Visit visit, Repositories.Repository repository, Digest digest)
      throws IOException {
    visit
        .with("Location", "/v2/" + repository.name() + "/blobs/" + digest)
        .with("Docker-Content-Digest", digest.toString())
        .answer(201);
  }

  private static String location(Repositories.Repository repository, String id) {
    return "/v2/" + repository.name() + "/blobs/uploads/" + id;
  }

  private static String range(long size) {
    return "0-" + Math.max(0, size - 1);
  }
}
