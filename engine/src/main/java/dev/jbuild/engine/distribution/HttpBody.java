package dev.jbuild.engine.distribution;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The content of a request, of a length that was said or in chunks (RFC 9112, sections 6 and 7).
 */
final class HttpBody extends InputStream {
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_LINE = 4096;

  private final InputStream in;
  private final OutputStream out;
  private final boolean chunked;
  private boolean waiting;

  /** Bytes until the end, or until that of the chunk. */
  private long left;

  private boolean ended;

  private HttpBody(InputStream in, OutputStream out, boolean chunked, long left, boolean waiting) {
    this.in = in;
    this.out = out;
    this.chunked = chunked;
    this.left = left;
    this.ended = !chunked && left == 0;
    this.waiting = waiting && !ended;
  }

  /**
   * What follows a head.
   *
   * @param out takes the word that a client may wait for
   */
  static HttpBody of(HttpHead head, InputStream in, OutputStream out) {
    Optional<String> coding = head.field("Transfer-Encoding");
    Optional<String> length = head.field("Content-Length");
    if (coding.isEmpty()) {
      return new HttpBody(
          in, out, false, length.map(HttpBody::length).orElse(0L), head.isWaiting());
    }
    // Two that disagree about where a request ends are how requests are smuggled (section 11.2).
    if (length.isPresent() || head.isOld()) {
      throw HttpHead.malformed("a length and chunks exclude each other");
    }
    if (!coding.get().equalsIgnoreCase("chunked")) {
      throw new Refusal(501, "UNSUPPORTED", "transfer coding " + coding.get());
    }
    return new HttpBody(in, out, true, 0, head.isWaiting());
  }

  private static long length(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw HttpHead.malformed("a malformed Content-Length");
    }
    return Long.parseLong(text);
  }

  /** Whether the client still waits to be asked for the content. */
  boolean isWaiting() {
    return waiting;
  }

  /** Whether all of it has been read. */
  boolean isEnded() {
    return ended;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (waiting) {
      waiting = false;
      out.write(CONTINUE);
      out.flush();
    }
    if (chunked && left == 0 && !ended) {
      chunk();
    }
    if (ended || length == 0) {
      return ended ? -1 : 0;
    }
    int count = in.read(buffer, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("the connection ended within a request's content");
    }
    left -= count;
    if (left == 0) {
      ended = !chunked;
      if (chunked && !line().isEmpty()) {
        throw HttpHead.malformed("a malformed chunk");
      }
    }
    return count;
  }

  private void chunk() throws IOException {
    String line = line();
    int semicolon = line.indexOf(';');
    String size = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
    if (!size.matches("[0-9a-fA-F]{1,15}")) {
      throw HttpHead.malformed("a malformed size of a chunk");
    }
    left = Long.parseLong(size, 16);
    if (left == 0) {
      while (!line().isEmpty()) {
        // trailers say nothing that is needed
      }
      ended = true;
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended within a request's content");
      }
      if (line.length() == LONGEST_LINE) {
        throw HttpHead.malformed("a chunk's line is too long");
      }
      line.append((char) b);
    }
    int end = line.length();
    return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
  }
}
