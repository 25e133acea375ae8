package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The lines of a file as it lies on disk, one after the other. */
final class PhysicalLines {
  private static final int MAX_LENGTH = 65535;
  private static final int LOOKED_AT = 8000;

  private final byte[] bytes;
  private int start;
  private int end;
  private int number;

  PhysicalLines(byte[] bytes) {
    this.bytes = bytes;
    refuseBinary();
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    this.end = marked ? 3 : 0;
  }

  private void refuseBinary() {
    int limit = Math.min(bytes.length, LOOKED_AT);
    for (int i = 0; i < limit; i++) {
      if (bytes[i] == 0) {
        boolean utf16 =
            (bytes[0] & 0xFE) == 0xFE && (bytes[1] & 0xFE) == 0xFE && bytes[0] != bytes[1];
        throw new DockerfileException(
            new Span(1, 1),
            "this is not a Dockerfile but a binary file",
            utf16
                ? Optional.of("the file is encoded in UTF-16: save it as UTF-8")
                : Optional.empty());
      }
    }
  }

  /** Goes on to the next line; false at the end of the file. */
  boolean next() {
    if (end >= bytes.length) {
      return false;
    }
    start = end;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    number++;
    if (end - start > MAX_LENGTH) {
      throw new DockerfileException(
          new Span(number, number),
          "dockerfile line greater than max allowed size of " + MAX_LENGTH);
    }
    if (end < bytes.length) {
      end++;
    }
    return true;
  }

  /** The number of the current line, from 1; 0 before the first. */
  int number() {
    return number;
  }

  /** The current line with its end. */
  String whole() {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  /** The current line without its end. */
  String text() {
    int stop = end;
    while (stop > start && (bytes[stop - 1] == '\n' || bytes[stop - 1] == '\r')) {
      stop--;
    }
    return new String(bytes, start, stop - start, StandardCharsets.UTF_8);
  }
}
