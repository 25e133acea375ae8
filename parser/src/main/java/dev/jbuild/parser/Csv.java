package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;

/** One record of comma-separated fields, any of them in double quotes (RFC 4180). */
public final class Csv {
  private Csv() {}

  /**
   * @throws IllegalArgumentException where quotes stand where none may
   */
  public static List<String> fields(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("EOF");
    }
    List<String> fields = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder field = new StringBuilder();
      at =
          at < text.length() && text.charAt(at) == '"'
              ? quoted(text, at, field)
              : plain(text, at, field);
      fields.add(field.toString());
      if (at >= text.length()) {
        return fields;
      }
      at++;
    }
  }

  private static int plain(String text, int start, StringBuilder field) {
    int comma = text.indexOf(',', start);
    int end = comma < 0 ? text.length() : comma;
    int quote = text.indexOf('"', start);
    if (quote >= 0 && quote < end) {
      throw wrong(quote, "bare \" in non-quoted field");
    }
    field.append(text, start, end);
    return end;
  }

  private static int quoted(String text, int start, StringBuilder field) {
    int at = start + 1;
    while (true) {
      int quote = text.indexOf('"', at);
      if (quote < 0) {
        throw wrong(text.length(), "extraneous or missing \" in quoted-field");
      }
      field.append(text, at, quote);
      at = quote + 1;
      if (at == text.length() || text.charAt(at) == ',') {
        return at;
      }
      if (text.charAt(at) != '"') {
        throw wrong(quote, "extraneous or missing \" in quoted-field");
      }
      field.append('"');
      at++;
    }
  }

  private static IllegalArgumentException wrong(int index, String what) {
    return new IllegalArgumentException(
        "parse error on line 1, column " + (index + 1) + ": " + what);
  }
}
