package dev.jbuild.engine.distribution;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The first line of a request and its header fields (RFC 9112, sections 3 and 5).
 *
 * @param target as it was sent: a path with a query
 * @param isOld whether the client speaks HTTP/1.0, which ends a connection after each answer
 * @param fields by name in any case; those that come twice are joined by a comma
 */
record HttpHead(String method, String target, boolean isOld, Map<String, String> fields) {
  private static final int LARGEST = 64 << 10;

  /** The head of the next request; nothing when the client has closed the connection. */
  static Optional<HttpHead> read(InputStream in) throws IOException {
    Lines lines = new Lines(in);
    String line = lines.next();
    while (line != null && line.isEmpty()) {
      line = lines.next(); // some send one line too many after a body (section 2.2)
    }
    if (line == null) {
      return Optional.empty();
    }
    String[] words = line.split(" ", -1);
    if (words.length != 3 || !isToken(words[0]) || !words[2].startsWith("HTTP/1.")) {
      throw malformed("not a request: HTTP/1.1 is spoken here");
    }
    Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (line = lines.next(); line != null && !line.isEmpty(); line = lines.next()) {
      int colon = line.indexOf(':');
      if (colon <= 0 || !isToken(line.substring(0, colon))) {
        throw malformed("a malformed header field");
      }
      fields.merge(
          line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }
    if (line == null) {
      throw new EOFException("the connection ended within a request's head");
    }
    return Optional.of(new HttpHead(words[0], path(words[1]), words[2].endsWith(".0"), fields));
  }

  /** Proxies send the whole address (section 3.2.2). */
  private static String path(String target) {
    int scheme = target.indexOf("://");
    if (!target.startsWith("/") && scheme > 0) {
      int slash = target.indexOf('/', scheme + 3);
      return slash < 0 ? "/" : target.substring(slash);
    }
    if (!target.startsWith("/")) {
      throw malformed("a malformed path");
    }
    return target;
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(Character.isLetterOrDigit(c) && c < 128) && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  static Refusal malformed(String what) {
    return new Refusal(400, "UNSUPPORTED", what);
  }

  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  /** Whether the connection may serve another request after this one (section 9.3). */
  boolean isKept() {
    String wish = field("Connection").orElse("");
    return isOld ? wish.equalsIgnoreCase("keep-alive") : !wish.equalsIgnoreCase("close");
  }

  /** Whether the client waits for a word before it sends the content (RFC 9110, 10.1.1). */
  boolean isWaiting() {
    return !isOld && field("Expect").orElse("").equalsIgnoreCase("100-continue");
  }

  /** Lines that end with CR LF, or with LF, as is allowed (section 2.2); all in all of a size. */
  private static final class Lines {
    private final InputStream in;
    private int left = LARGEST;

    Lines(InputStream in) {
      this.in = in;
    }

    @org.jspecify.annotations.Nullable
    String next() throws IOException {
      byte[] line = new byte[256];
      int length = 0;
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          if (length > 0) {
            throw new EOFException("the connection ended within a request's head");
          }
          return null;
        }
        if (--left < 0) {
          throw new Refusal(431, "UNSUPPORTED", "the head of the request is too large");
        }
        if (length == line.length) {
          line = java.util.Arrays.copyOf(line, length * 2);
        }
        line[length++] = (byte) b;
      }
      if (length > 0 && line[length - 1] == '\r') {
        length--;
      }
      for (int i = 0; i < length; i++) {
        if (line[i] == '\r' || line[i] == 0) {
          throw malformed("a malformed line");
        }
      }
      return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }
  }
}
