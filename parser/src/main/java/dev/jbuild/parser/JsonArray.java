package dev.jbuild.parser;

import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The exec form: a JSON array of strings. */
final class JsonArray {
  private JsonArray() {}

  /** The strings of an array that the grammar has found to have nothing else. */
  static List<String> strings(String text) {
    List<String> strings = new ArrayList<>();
    for (Json item : items(text)) {
      if (!(item instanceof Json.Text(String value))) {
        throw new IllegalArgumentException("not an array of strings: " + text);
      }
      strings.add(value);
    }
    return strings;
  }

  /** Tells whether a text is an array of whatever. */
  static boolean isArray(String text) {
    try {
      items(text);
      return true;
    } catch (JsonException _) {
      return false;
    }
  }

  private static List<Json> items(String text) {
    byte[] bytes = Blanks.trim(text).getBytes(StandardCharsets.UTF_8);
    if (Json.parse(bytes) instanceof Json.Arr(List<Json> items)) {
      return items;
    }
    throw new JsonException("not an array");
  }
}
