package dev.jbuild.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** One answer; whoever gets it closes it, which gives its connection back or cuts it. */
record Reply(String method, int status, HttpHeaders headers, InputStream body, URI uri)
    implements AutoCloseable {
  /** What is worth reading of an answer that is thrown away, to keep its connection. */
  private static final int SMALL = 64 << 10;

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  List<String> headers(String name) {
    return headers.allValues(name);
  }

  /** The length that the answer announces, or -1. */
  long length() {
    return headers.firstValueAsLong("Content-Length").orElse(-1);
  }

  boolean isRedirect() {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  /** Tells whether the same request may get a better answer later. */
  boolean isPassing() {
    return switch (status) {
      case 408, 429, 500, 502, 503, 504 -> true;
      default -> false;
    };
  }

  /** The first bytes of the body, for messages; empty where it breaks. */
  byte[] head() {
    try {
      return body.readNBytes(SMALL);
    } catch (IOException _) {
      return new byte[0];
    }
  }

  /** Reads and forgets a small rest, so that the connection can be used again. */
  @Override
  public void close() {
    try (body) {
      if (length() <= SMALL || method.equals("HEAD")) {
        body.skip(SMALL + 1);
      }
    } catch (IOException _) {
      // The connection is lost anyway, and nobody needs the rest.
    }
  }
}
