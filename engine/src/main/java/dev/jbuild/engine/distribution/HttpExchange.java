package dev.jbuild.engine.distribution;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** One request and the answer to it, of a length that is known before. */
final class HttpExchange {
  private final HttpConnection connection;
  private final HttpHead head;
  private final HttpBody body;
  private final Map<String, String> answer = new LinkedHashMap<>();
  private boolean begun;
  private boolean kept;
  private long missing;

  HttpExchange(HttpConnection connection, HttpHead head) {
    this.connection = connection;
    this.head = head;
    this.body = HttpBody.of(head, connection.in(), connection.out());
    this.kept = head.isKept();
  }

  HttpHead head() {
    return head;
  }

  InputStream body() {
    return body;
  }

  String remote() {
    return connection.socket().getInetAddress().getHostAddress();
  }

  void with(String name, String value) {
    answer.put(name, value);
  }

  /**
   * Begins the answer.
   *
   * @param length of its content in bytes, which is not sent to a HEAD
   */
  OutputStream begin(int status, long length) throws IOException {
    boolean bare = status == 204 || status == 304;
    begun = true;
    // A client that was never asked for its content may send it or not: nobody knows what follows.
    kept = kept && !body.isWaiting();
    StringBuilder text = new StringBuilder(256);
    text.append("HTTP/1.1 ").append(status).append(' ').append(reason(status)).append("\r\n");
    with(
        "Date",
        DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now().atOffset(ZoneOffset.UTC)));
    if (!bare) {
      with("Content-Length", Long.toString(length));
    }
    if (!kept) {
      with("Connection", "close");
    }
    answer.forEach(
        (name, value) -> text.append(name).append(": ").append(oneLine(value)).append("\r\n"));
    text.append("\r\n");
    connection.out().write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    boolean nothing = bare || head.method().equals("HEAD");
    missing = nothing ? 0 : length;
    return nothing ? OutputStream.nullOutputStream() : new Content();
  }

  /** Nothing that somebody sent may become a header field of its own. */
  private static String oneLine(String value) {
    return value.replace('\r', ' ').replace('\n', ' ');
  }

  /**
   * Ends it.
   *
   * @param most bytes that are read of a content that nobody wanted
   * @return whether the connection can take another request
   */
  boolean end(int most) throws IOException {
    if (!begun || missing != 0) {
      connection.socket().close(); // the client must not take what it has for the whole
      throw new IOException("the answer was not finished");
    }
    if (kept && !body.isEnded()) {
      byte[] buffer = new byte[1 << 14];
      int count = body.read(buffer);
      for (int all = count; count >= 0 && all < most; all += count) {
        count = body.read(buffer);
      }
      kept = body.isEnded();
    }
    return kept;
  }

  /** Answers what could not be understood. */
  static void refuse(HttpConnection connection, Refusal refusal) throws IOException {
    byte[] json = refusal.body();
    String text =
        "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(refusal.status(), reason(refusal.status()), json.length);
    connection.out().write(text.getBytes(StandardCharsets.US_ASCII));
    connection.out().write(json);
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 201 -> "Created";
      case 202 -> "Accepted";
      case 204 -> "No Content";
      case 206 -> "Partial Content";
      case 304 -> "Not Modified";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 413 -> "Content Too Large";
      case 416 -> "Range Not Satisfiable";
      case 431 -> "Request Header Fields Too Large";
      case 502 -> "Bad Gateway";
      default -> status < 500 ? "Refused" : "Internal Server Error";
    };
  }

  /** Counts what has been sent. */
  private final class Content extends FilterOutputStream {
    Content() {
      super(connection.out());
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > missing) {
        throw new IOException("more than the length that was said");
      }
      out.write(bytes, offset, length);
      missing -= length;
    }

    @Override
    public void close() throws IOException {
      out.flush(); // the connection stays
    }
  }
}
