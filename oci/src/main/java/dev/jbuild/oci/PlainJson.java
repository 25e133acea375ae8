package dev.jbuild.oci;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and prints the JSON that images, records and registries are made of: nearly all of it is
 * plain. What is not (fractions, odd escapes, whatever may be wrong) is left to jackson-core, whose
 * start takes 20 ms of processor time, half of them for BigDecimal.
 */
final class PlainJson {
  private static final int DEPTH = 100;
  private static final int DIGITS = 18;

  /** Says that jackson-core shall look; carries nothing. */
  private static final class NotPlain extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotPlain() {
      super("not plain", null, false, false);
    }
  }

  private final byte[] in;
  private int at;

  private PlainJson(byte[] in) {
    this.in = in;
  }

  /** The value; null where another reader has to look. */
  static @Nullable Json read(byte[] bytes) {
    try {
      PlainJson reader = new PlainJson(bytes);
      reader.blanks();
      Json value = reader.value(0);
      reader.blanks();
      return reader.at == bytes.length ? value : null;
    } catch (NotPlain _) {
      return null;
    }
  }

  private int peek() {
    if (at == in.length) {
      throw new NotPlain();
    }
    return in[at];
  }

  private void blanks() {
    while (at < in.length
        && (in[at] == ' ' || in[at] == '\n' || in[at] == '\t' || in[at] == '\r')) {
      at++;
    }
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw new NotPlain();
    }
    at++;
  }

  private Json value(int depth) {
    if (depth > DEPTH) {
      throw new NotPlain();
    }
    int first = peek();
    if (first == '{') {
      return object(depth);
    }
    if (first == '[') {
      return array(depth);
    }
    if (first == '"') {
      return new Json.Text(text());
    }
    if (first == '-' || first >= '0' && first <= '9') {
      return number();
    }
    if (word("true")) {
      return new Json.Bool(true);
    }
    if (word("false")) {
      return new Json.Bool(false);
    }
    if (word("null")) {
      return new Json.Null();
    }
    throw new NotPlain();
  }

  private boolean word(String word) {
    int end = at + word.length();
    if (end > in.length) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (in[at + i] != word.charAt(i)) {
        return false;
      }
    }
    // what follows a value is looked at by who reads on
    at = end;
    return true;
  }

  private Json object(int depth) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    at++;
    blanks();
    if (peek() == '}') {
      at++;
      return new Json.Obj(members);
    }
    while (true) {
      blanks();
      if (peek() != '"') {
        throw new NotPlain();
      }
      String name = text();
      blanks();
      expect(':');
      blanks();
      members.put(name, value(depth + 1));
      blanks();
      if (peek() == '}') {
        at++;
        return new Json.Obj(members);
      }
      expect(',');
    }
  }

  private Json array(int depth) {
    List<Json> items = new ArrayList<>();
    at++;
    blanks();
    if (peek() == ']') {
      at++;
      return new Json.Arr(items);
    }
    while (true) {
      blanks();
      items.add(value(depth + 1));
      blanks();
      if (peek() == ']') {
        at++;
        return new Json.Arr(items);
      }
      expect(',');
    }
  }

  /** A whole number that fits without a doubt. */
  private Json number() {
    boolean negative = peek() == '-';
    at += negative ? 1 : 0;
    int begin = at;
    long value = 0;
    while (at < in.length && in[at] >= '0' && in[at] <= '9') {
      value = value * 10 + in[at] - '0';
      at++;
      if (at - begin > DIGITS) {
        throw new NotPlain();
      }
    }
    boolean leadingZero = at - begin > 1 && in[begin] == '0';
    if (at == begin || leadingZero || at < in.length && ".eE".indexOf(in[at]) >= 0) {
      throw new NotPlain();
    }
    return new Json.Num(negative ? -value : value);
  }

  private String text() {
    at++;
    int begin = at;
    boolean ascii = true;
    boolean escapes = false;
    for (int c = peek(); c != '"'; c = peek()) {
      if (c >= 0 && c < ' ') {
        throw new NotPlain();
      }
      ascii &= c > 0;
      if (c == '\\') {
        escapes = true;
        at++;
        peek();
      }
      at++;
    }
    int end = at++;
    if (escapes) {
      return unescape(begin, end);
    }
    return decode(begin, end, ascii);
  }

  private String decode(int begin, int end, boolean ascii) {
    if (ascii) {
      return new String(in, begin, end - begin, StandardCharsets.ISO_8859_1);
    }
    String text = new String(in, begin, end - begin, StandardCharsets.UTF_8);
    // what stands for malformed bytes, unless it was there
    if (text.indexOf('\ufffd') >= 0) {
      throw new NotPlain();
    }
    return text;
  }

  private String unescape(int begin, int end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - begin);
    int i = begin;
    while (i < end) {
      byte next = in[i++];
      if (next != '\\') {
        out.write(next);
        continue;
      }
      byte letter = in[i++];
      switch (letter) {
        case '"', '\\', '/' -> out.write(letter);
        case 'n' -> out.write('\n');
        case 't' -> out.write('\t');
        case 'r' -> out.write('\r');
        case 'b' -> out.write('\b');
        case 'f' -> out.write('\f');
        case 'u' -> {
          out.write(asciiOf(i, end));
          i += 4;
        }
        default -> throw new NotPlain();
      }
    }
    byte[] bytes = out.toByteArray();
    return new PlainJson(bytes).decode(0, bytes.length, false);
  }

  /** {@code \\u0026} and its like, as Go's encoder writes them. */
  private int asciiOf(int begin, int end) {
    if (begin + 4 > end) {
      throw new NotPlain();
    }
    int value = 0;
    for (int i = begin; i < begin + 4; i++) {
      int digit = Character.digit(in[i], 16);
      if (digit < 0) {
        throw new NotPlain();
      }
      value = value << 4 | digit;
    }
    if (value > 0x7f) {
      throw new NotPlain();
    }
    return value;
  }

  /** The compact form; null where another printer has to do it. */
  static byte @Nullable [] print(Json value) {
    StringBuilder out = new StringBuilder();
    try {
      append(out, value);
    } catch (NotPlain _) {
      return null;
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  // No switch over the types: every start of the JVM would have to make it anew.
  private static void append(StringBuilder out, Json value) {
    if (value instanceof Json.Text text) {
      quote(out, text.value());
    } else if (value instanceof Json.Obj object) {
      char before = '{';
      for (Map.Entry<String, Json> member : object.members().entrySet()) {
        quote(out.append(before), member.getKey());
        append(out.append(':'), member.getValue());
        before = ',';
      }
      out.append(before == '{' ? "{}" : "}");
    } else if (value instanceof Json.Arr array) {
      char before = '[';
      for (Json item : array.items()) {
        append(out.append(before), item);
        before = ',';
      }
      out.append(before == '[' ? "[]" : "]");
    } else if (value instanceof Json.Num num && num.number() instanceof Long whole) {
      out.append(whole.longValue());
    } else if (value instanceof Json.Bool bool) {
      out.append(bool.value());
    } else if (value instanceof Json.Null) {
      out.append("null");
    } else {
      throw new NotPlain();
    }
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        control(out, c);
      } else if (Character.isSurrogate(c)) {
        throw new NotPlain();
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static void control(StringBuilder out, char c) {
    int known = "\b\t\n\f\r".indexOf(c);
    if (known >= 0) {
      out.append('\\').append("btnfr".charAt(known));
    } else {
      out.append("\\u00").append(c < 16 ? '0' : '1').append("0123456789ABCDEF".charAt(c & 15));
    }
  }
}
