package dev.jbuild.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** The {@code key=value,key=value} values of flags; a field with a comma is quoted, as in CSV. */
final class Fields {
  private Fields() {}

  /**
   * Takes the fields apart; a key without a value means {@code true}.
   *
   * @throws UsageException when a quote is left open
   */
  static SequencedMap<String, String> parse(String flag, String text) {
    SequencedMap<String, String> fields = new LinkedHashMap<>();
    for (String field : split(flag, text)) {
      int equals = field.indexOf('=');
      String key = (equals < 0 ? field : field.substring(0, equals)).strip();
      if (!key.isEmpty()) {
        fields.put(key.toLowerCase(Locale.ROOT), equals < 0 ? "true" : field.substring(equals + 1));
      }
    }
    return fields;
  }

  private static List<String> split(String flag, String text) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw new UsageException(
          "invalid argument \"" + text + "\" for \"" + flag + "\" flag: a quote is not closed");
    }
    fields.add(field.toString());
    return fields;
  }
}
