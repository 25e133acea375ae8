package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One blob on its way into a sink (distribution-spec, Pulling blobs). What has arrived is kept
 * while connections break and sites change: content by digest is the same everywhere, so the next
 * try asks for the rest only.
 */
final class BlobDownload {
  private static final int BUFFER = 64 << 10;

  private final Requests requests;
  private final ImageReference reference;
  private final Descriptor blob;
  private final OutputStream sink;
  private final LongConsumer progress;
  private final MessageDigest hash;
  private long offset;

  /** The sink's failure on its way through code that would try again. */
  static final class SinkFailure extends RuntimeException {
    final IOException failure;

    SinkFailure(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  BlobDownload(
      Requests requests,
      ImageReference reference,
      Descriptor blob,
      BlobSink sink,
      LongConsumer progress) {
    this.requests = requests;
    this.reference = reference;
    this.blob = blob;
    this.sink = sink.stream();
    this.progress = progress;
    this.hash = sink.hash();
    this.offset = sink.offset();
  }

  /** Fetches what is still missing from a site. */
  void from(Site site) {
    String path = site.repository(reference) + "/blobs/" + blob.digest();
    Call whole = Call.of("GET", requests.url(site, path), what(), Scopes.pull(site, reference));
    requests.exchange(
        site,
        () -> offset == 0 ? whole : whole.with("Range", "bytes=" + offset + "-"),
        () -> offset,
        reply -> {
          receive(site, whole, reply);
          return true;
        });
  }

  /** Tells whether all bytes that came have the right digest; asked once. */
  boolean isRight() {
    return HexFormat.of().formatHex(hash.digest()).equals(blob.digest().hex());
  }

  String what() {
    return "fetch " + blob.digest() + " of " + reference.familiarName();
  }

  private void receive(Site site, Call call, Reply reply) throws IOException {
    switch (reply.status()) {
      case 200 -> {
        checkLength(call, reply, blob.size());
        // No range for us: what we have comes again, and is left out.
        reply.body().skipNBytes(offset);
      }
      case 206 -> {
        checkLength(call, reply, blob.size() - offset);
        String range = reply.header("Content-Range").orElse("");
        if (!range.startsWith("bytes " + offset + "-")) {
          throw refuse(call, reply, "another range than the one asked for");
        }
      }
      default ->
          throw requests.refusal(
              site, call, reply, reply.status() == 404 ? "the registry has lost this blob" : "");
    }
    copy(reply.body());
    if (offset < blob.size()) {
      throw new IOException("the content ended after " + offset + " of " + blob.size() + " bytes");
    }
    if (reply.body().read() >= 0) {
      throw refuse(call, reply, "more than the " + blob.size() + " bytes that the manifest names");
    }
  }

  private void copy(InputStream body) throws IOException {
    byte[] buffer = new byte[BUFFER];
    while (offset < blob.size()) {
      int count = body.read(buffer, 0, (int) Math.min(buffer.length, blob.size() - offset));
      if (count < 0) {
        return;
      }
      hash.update(buffer, 0, count);
      try {
        sink.write(buffer, 0, count);
      } catch (IOException e) {
        throw new SinkFailure(e);
      }
      offset += count;
      progress.accept(offset);
    }
  }

  private void checkLength(Call call, Reply reply, long expected) {
    if (reply.length() >= 0 && reply.length() != expected) {
      throw refuse(call, reply, reply.length() + " bytes where the manifest names " + expected);
    }
  }

  private static RegistryException refuse(Call call, Reply reply, String what) {
    return new RegistryException(
        "cannot " + call.what() + ": " + Call.hostOf(reply.uri()) + " sends " + what,
        0,
        call.line(),
        List.of());
  }
}
