package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One request and its answer. */
final class Visit {
  private final HttpExchange exchange;
  private final String path;
  private final String query;
  private int status;

  Visit(HttpExchange exchange) {
    this.exchange = exchange;
    String target = exchange.head().target();
    int mark = target.indexOf('?');
    this.path = mark < 0 ? target : target.substring(0, mark);
    this.query = mark < 0 ? "" : target.substring(mark + 1);
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new LinkedHashMap<>();
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      query.put(decode(key), equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    return query;
  }

  private static String decode(String text) {
    try {
      // A plus is a plus in digests and media types; only forms mean a blank by it.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw new Refusal(400, "UNSUPPORTED", "a malformed query");
    }
  }

  String method() {
    return exchange.head().method();
  }

  /** The path as it is written: names and digests have nothing to escape. */
  String path() {
    return path;
  }

  Optional<String> header(String name) {
    return exchange.head().field(name);
  }

  Optional<String> query(String name, boolean notEmpty) {
    return Optional.ofNullable(query(query).get(name))
        .filter(value -> !notEmpty || !value.isEmpty());
  }

  Digest digest(String name) {
    return digestOf(query(name, false).orElse(""));
  }

  static Digest digestOf(String text) {
    if (!Digest.isDigest(text)) {
      throw Refusal.badDigest(text);
    }
    return Digest.parse(text);
  }

  InputStream body() {
    return exchange.body();
  }

  Visit with(String name, String value) {
    exchange.with(name, value);
    return this;
  }

  /** An answer without a body. */
  void answer(int code) throws IOException {
    begin(code, 0).close();
  }

  /** An answer with a small body, or to a HEAD only with its length. */
  void answer(int code, String type, byte[] body) throws IOException {
    with("Content-Type", type);
    try (OutputStream out = begin(code, body.length)) {
      out.write(body);
    }
  }

  /** An answer whose body is written by the caller, who closes it. */
  OutputStream begin(int code, long length) throws IOException {
    status = code;
    return exchange.begin(code, length);
  }

  /** The status that was sent; 0 before. */
  int status() {
    return status;
  }

  String remote() {
    return exchange.remote();
  }
}
