package dev.jbuild.fetch;

import dev.jbuild.cache.StepRecords;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files at HTTP addresses, as blobs of the store. What an address gave is remembered with its
 * validators, so that the next time only they travel (RFC 9110, 13.1).
 */
public final class HttpFiles {
  private static final int REDIRECTS = 10;
  private static final int PATIENCE_MILLIS = 60_000;

  private final Store store;
  private final EnvironmentProxies proxies;

  /**
   * @param environment where proxies are named
   */
  public HttpFiles(Store store, Map<String, String> environment) {
    this.store = store;
    this.proxies = new EnvironmentProxies(environment);
  }

  /**
   * A file that is here.
   *
   * @param modified by the server's word
   */
  public record Fetched(Path file, Digest digest, Optional<Instant> modified) {
    /** In bytes. */
    public long size() throws IOException {
      return Files.size(file);
    }
  }

  /** What is known of an address. */
  private record Known(String etag, String modified, Digest digest) {
    String print() {
      return etag + "\n" + modified + "\n" + digest + "\n";
    }
  }

  /**
   * Fetches a file, or finds that it is here.
   *
   * @param authorization the header's value, if one is to be sent
   * @throws FetchException when there is none, or another than expected
   */
  public Fetched fetch(String address, Optional<Digest> expected, Optional<String> authorization)
      throws IOException {
    Path note = store.root().resolve("http").resolve(Digest.sha256(address).hex());
    Optional<Known> known = known(note).filter(k -> keep(k.digest));
    boolean same = known.isPresent() && known.get().digest.equals(expected.orElse(null));
    Known now = same ? known.get() : request(address, known, authorization);
    if (!now.equals(known.orElse(null))) {
      Atomic.write(store.root(), note, now.print());
    }
    StepRecords.use(note);
    Path file = store.blobs().path(now.digest);
    if (expected.isPresent()) {
      check(address, file, expected.get(), now.digest);
    }
    return new Fetched(file, now.digest, time(now.modified));
  }

  private boolean keep(Digest digest) {
    try {
      return store.blobs().keep(digest);
    } catch (IOException _) {
      return false;
    }
  }

  private Known request(String address, Optional<Known> known, Optional<String> authorization)
      throws IOException {
    URI uri = uri(address);
    for (int hop = 0; hop < REDIRECTS; hop++) {
      HttpURLConnection connection = open(uri);
      authorization.ifPresent(value -> connection.setRequestProperty("Authorization", value));
      known.ifPresent(k -> {
        if (!k.etag.isEmpty()) {
          connection.setRequestProperty("If-None-Match", k.etag);
        } else if (!k.modified.isEmpty()) {
          connection.setRequestProperty("If-Modified-Since", k.modified);
        }
      });
      int status;
      try {
        status = connection.getResponseCode();
      } catch (UnknownHostException _) {
        throw new FetchException(address + ": the host " + uri.getHost() + " is not known");
      } catch (IOException e) {
        throw new FetchException(address + ": " + e.getMessage());
      }
      String location = connection.getHeaderField("Location");
      if (status / 100 == 3 && status != HttpURLConnection.HTTP_NOT_MODIFIED && location != null) {
        connection.disconnect();
        uri = uri.resolve(location);
      } else if (status == HttpURLConnection.HTTP_NOT_MODIFIED && known.isPresent()) {
        return known.get();
      } else if (status != HttpURLConnection.HTTP_OK) {
        throw new FetchException(address + ": invalid response status " + status);
      } else {
        return receive(connection);
      }
    }
    throw new FetchException(address + ": more than " + REDIRECTS + " redirects");
  }

  private HttpURLConnection open(URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(proxies.of(uri));
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    connection.setRequestProperty("User-Agent", "jbuild");
    connection.setRequestProperty("Accept", "*/*");
    return connection;
  }

  private Known receive(HttpURLConnection connection) throws IOException {
    try (InputStream in = connection.getInputStream();
        Ingest ingest = store.blobs().ingest()) {
      in.transferTo(ingest);
      long length = connection.getContentLengthLong();
      if (length >= 0 && length != ingest.written()) {
        throw new FetchException(
            connection.getURL()
                + ": "
                + ingest.written()
                + " bytes came and not the "
                + length
                + " that were announced");
      }
      return new Known(
          header(connection, "ETag"), header(connection, "Last-Modified"), ingest.commit());
    }
  }

  private static String header(HttpURLConnection connection, String name) {
    @Nullable String value = connection.getHeaderField(name);
    return value == null ? "" : value;
  }

  private static URI uri(String address) {
    try {
      URI uri = new URI(address.replace(" ", "%20"));
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // said below
    }
    throw new FetchException(address + ": not an address");
  }

  private static void check(String address, Path file, Digest expected, Digest sha256)
      throws IOException {
    Digest found = sha256;
    if (!expected.algorithm().equals(sha256.algorithm())) {
      MessageDigest computation = expected.newComputation();
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(file)) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          computation.update(buffer, 0, count);
        }
      }
      found = new Digest(expected.algorithm(), HexFormat.of().formatHex(computation.digest()));
    }
    if (!found.equals(expected)) {
      throw new FetchException(
          "digest mismatch for " + address + ": " + found + " (expected: " + expected + ")");
    }
  }

  private static Optional<Known> known(Path note) throws IOException {
    try {
      List<String> lines = Files.readAllLines(note, StandardCharsets.UTF_8);
      return lines.size() == 3 && Digest.isDigest(lines.get(2))
          ? Optional.of(new Known(lines.get(0), lines.get(1), Digest.parse(lines.get(2))))
          : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
