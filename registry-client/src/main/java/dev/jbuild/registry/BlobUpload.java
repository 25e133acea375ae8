package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One blob on its way to a registry (distribution-spec, Pushing blobs): whole in one request, or in
 * chunks. A broken upload asks the registry how far it came and goes on from there.
 */
final class BlobUpload {
  /** What is tried, in turn, with a registry or proxy that limits the size of a request. */
  private static final long CHUNK = 16 << 20;

  private static final long SMALL_CHUNK = 1_000_000;

  private final Requests requests;
  private final Site site;
  private final ImageReference reference;
  private final Descriptor blob;
  private final BlobSource source;
  private final LongConsumer progress;
  private final Patience patience;
  private final String what;
  private long chunk;
  private long smallest;
  private @Nullable URI session;
  private long offset;

  /** The upload is to be asked how far it is, and continued or begun again. */
  private static final class Again extends Exception {}

  BlobUpload(
      Requests requests,
      Site site,
      ImageReference reference,
      Descriptor blob,
      BlobSource source,
      LongConsumer progress) {
    this.requests = requests;
    this.site = site;
    this.reference = reference;
    this.blob = blob;
    this.source = source;
    this.progress = progress;
    this.patience = new Patience(requests.settings().timing(), site);
    this.what = "push " + blob.digest() + " to " + reference.familiarName();
    long wanted = requests.settings().chunkSize(site.account());
    this.chunk = wanted > 0 ? wanted : Long.MAX_VALUE;
  }

  /** Sends everything; returns when the registry has it and has found the digest right. */
  void run() throws IOException {
    URI at = begin();
    while (true) {
      try {
        at = sendChunks(at);
        finish(at);
        session = null;
        return;
      } catch (Again _) {
        at = resume();
      } catch (RegistryException e) {
        cancel();
        throw e;
      }
    }
  }

  private URI begin() {
    String path = site.repository(reference) + "/blobs/uploads/";
    Call call = call("POST", requests.url(site, path));
    offset = 0;
    return requests.exchange(
        site,
        call,
        reply -> {
          if (reply.status() != 202) {
            throw requests.refusal(site, call, reply, "");
          }
          smallest = reply.header("OCI-Chunk-Min-Length").map(BlobUpload::number).orElse(0L);
          return next(call, reply);
        });
  }

  private URI sendChunks(URI start) throws IOException, Again {
    URI at = start;
    long size = Math.max(chunk, smallest);
    while (offset < blob.size() && !(offset == 0 && blob.size() <= size)) {
      long end = size < blob.size() - offset ? offset + size : blob.size();
      Call call =
          call("PATCH", at)
              .with("Content-Type", "application/octet-stream")
              .with("Content-Range", offset + "-" + (end - 1))
              .with(new Upload(source, offset, end - offset, progress));
      at = send(call, 202);
      offset = end;
      patience.moved();
    }
    return at;
  }

  /** Closes the upload; with the whole content, when none was sent before. */
  private void finish(URI at) throws IOException, Again {
    String query = at.getRawQuery() == null ? "?" : "&";
    Call call = call("PUT", URI.create(at + query + "digest=" + blob.digest()));
    if (offset == 0 && blob.size() > 0) {
      call =
          call.with("Content-Type", "application/octet-stream")
              .with(new Upload(source, 0, blob.size(), progress));
    }
    send(call, 201);
  }

  private URI send(Call call, int wanted) throws IOException, Again {
    Upload body = call.body();
    try (Reply reply = requests.once(site, call)) {
      if (reply.status() == wanted) {
        return wanted == 202 ? next(call, reply) : call.uri();
      }
      if (patience.again(reply) || isLost(reply) || isTooLarge(reply)) {
        throw new Again();
      }
      throw requests.refusal(site, call, reply, hint(reply));
    } catch (IOException e) {
      if (body != null) {
        body.check();
      }
      if (!patience.again(e)) {
        throw requests.broken(site, call, e);
      }
      throw new Again();
    }
  }

  /** The registry has forgotten the upload, or is not as far as we thought. */
  private boolean isLost(Reply reply) {
    return (reply.status() == 404 || reply.status() == 416)
        && patience.again(new IOException("the upload is lost"));
  }

  private boolean isTooLarge(Reply reply) {
    if (reply.status() != 413 || chunk <= SMALL_CHUNK) {
      return false;
    }
    chunk = chunk > CHUNK ? CHUNK : SMALL_CHUNK;
    return true;
  }

  /** Asks how far the upload came; a new one where that can't be known. */
  private URI resume() {
    URI at = session;
    if (at != null) {
      Call call = call("GET", at);
      try (Reply reply = requests.once(site, call)) {
        Optional<Long> last = reply.header("Range").flatMap(BlobUpload::end);
        // "0-0" is said of one byte and of none.
        if (reply.status() == 204 && last.isPresent() && last.get() > 0) {
          offset = Math.min(last.get() + 1, blob.size());
          return reply.header("Location").isPresent() ? next(call, reply) : at;
        }
      } catch (IOException _) {
        // Then from the start, which says why it does not work.
      }
    }
    return begin();
  }

  private void cancel() {
    URI at = session;
    if (at == null || Thread.currentThread().isInterrupted()) {
      return;
    }
    try (Reply _ = requests.once(site, call("DELETE", at))) {
      session = null;
    } catch (IOException | RegistryException _) {
      // The registry forgets old uploads by itself.
    }
  }

  /** Where the upload goes on; remembered, to be asked after a failure. */
  private URI next(Call call, Reply reply) {
    String location =
        reply
            .header("Location")
            .orElseThrow(() ->
                new RegistryException(
                    "cannot " + what + ": " + site + " begins an upload without a Location"));
    URI at = requests.resolve(call, reply.uri(), location);
    session = at;
    return at;
  }

  private Call call(String method, URI uri) {
    return Call.of(method, uri, what, Scopes.push(site, reference));
  }

  private static String hint(Reply reply) {
    return reply.status() == 413
        ? "the registry or a proxy before it limits the size of a request; raise the limit"
        : "";
  }

  private static Optional<Long> end(String range) {
    String text = range.startsWith("bytes=") ? range.substring(6) : range;
    int dash = text.indexOf('-');
    long end = dash < 0 ? -1 : number(text.substring(dash + 1));
    return end < 0 ? Optional.empty() : Optional.of(end);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException _) {
      return -1;
    }
  }
}
