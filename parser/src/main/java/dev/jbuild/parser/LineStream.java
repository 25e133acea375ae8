package dev.jbuild.parser;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.IntStream;
import org.antlr.v4.runtime.misc.Interval;

/**
 * A text as the lexers see it: some characters are shown by the stand-ins that the grammars
 * explain. The text of a token is the true one.
 */
final class LineStream implements CharStream {
  private static final char ESCAPE = '\u0002';
  private static final char PLAIN_BACKSLASH = '\u0003';
  private static final char BLANK = '\u0004';
  private static final char LETTER = '\u0005';
  private static final char CONTROL = '\u0001';
  private static final char OTHER = '\u007F';

  private final String text;
  private final boolean backtick;
  private final boolean quotes;
  private int at;

  /**
   * @param quotes false where quotes are characters like others
   */
  LineStream(String text, char escape, boolean quotes) {
    this.text = text;
    this.backtick = escape == '`';
    this.quotes = quotes;
  }

  private int shown(int index) {
    char c = text.charAt(index);
    if (c >= 0x80) {
      return beyondAscii(c, index);
    }
    return switch (c) {
      case '\\' -> backtick ? PLAIN_BACKSLASH : c;
      case '`' -> backtick ? ESCAPE : c;
      case '"', '\'' -> quotes ? c : OTHER;
      case ESCAPE, PLAIN_BACKSLASH, BLANK, LETTER -> CONTROL;
      default -> c;
    };
  }

  private int beyondAscii(char c, int index) {
    if (Blanks.isAny(c)) {
      return BLANK;
    }
    int start = Character.isLowSurrogate(c) && index > 0 ? index - 1 : index;
    return Character.isLetterOrDigit(text.codePointAt(start)) ? LETTER : OTHER;
  }

  @Override
  public int LA(int i) {
    int index = i < 0 ? at + i : at + i - 1;
    return i == 0 || index < 0 || index >= text.length() ? IntStream.EOF : shown(index);
  }

  @Override
  public void consume() {
    if (at >= text.length()) {
      throw new IllegalStateException("cannot consume EOF");
    }
    at++;
  }

  @Override
  public String getText(Interval interval) {
    int end = Math.min(interval.b + 1, text.length());
    return interval.a >= end ? "" : text.substring(interval.a, end);
  }

  @Override
  public int mark() {
    return -1;
  }

  @Override
  public void release(int marker) {}

  @Override
  public int index() {
    return at;
  }

  @Override
  public void seek(int index) {
    at = Math.min(index, text.length());
  }

  @Override
  public int size() {
    return text.length();
  }

  @Override
  public String getSourceName() {
    return "Dockerfile";
  }
}
