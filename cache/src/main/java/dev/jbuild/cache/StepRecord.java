package dev.jbuild.cache;

import dev.jbuild.oci.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a step gave, and the inputs that its key was made of.
 *
 * @param op the step without its surroundings
 * @param key the step with all of its inputs
 * @param inputs name to digest or text, in order: what an explanation compares
 * @param layer the layer that it made; absent when it changed nothing
 * @param content digest of what it made, without times
 * @param created RFC 3339
 */
public record StepRecord(
    Digest op,
    Digest key,
    SequencedMap<String, String> inputs,
    Optional<String> layer,
    Digest content,
    String created) {

  /** The text of its file. */
  public String print() {
    StringBuilder out = new StringBuilder("jbuild-step 1\n");
    line(out, "op", op.toString());
    line(out, "key", key.toString());
    line(out, "layer", layer.orElse(""));
    line(out, "content", content.toString());
    line(out, "created", created);
    inputs.forEach((name, value) -> line(out, "in " + escape(name), value));
    return out.append("end\n").toString();
  }

  /** Reads what {@link #print} wrote; empty when it is damaged. */
  static Optional<StepRecord> parse(String text) {
    String[] lines = text.split("\n", -1);
    if (lines.length < 3
        || !lines[0].equals("jbuild-step 1")
        || !lines[lines.length - 2].equals("end")) {
      return Optional.empty();
    }
    Map<String, String> fields = new LinkedHashMap<>();
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    for (int i = 1; i < lines.length - 2; i++) {
      int tab = lines[i].indexOf('\t');
      if (tab < 0) {
        return Optional.empty();
      }
      String name = lines[i].substring(0, tab);
      String value = unescape(lines[i].substring(tab + 1));
      if (name.startsWith("in ")) {
        inputs.put(unescape(name.substring(3)), value);
      } else {
        fields.put(name, value);
      }
    }
    try {
      String layer = fields.getOrDefault("layer", "");
      return Optional.of(
          new StepRecord(
              Digest.parse(fields.getOrDefault("op", "")),
              Digest.parse(fields.getOrDefault("key", "")),
              inputs,
              layer.isEmpty() ? Optional.empty() : Optional.of(layer),
              Digest.parse(fields.getOrDefault("content", "")),
              fields.getOrDefault("created", "")));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(name).append('\t').append(escape(value)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("%", "%25").replace("\n", "%0A").replace("\t", "%09").replace("\r", "%0D");
  }

  private static String unescape(String text) {
    return text.replace("%0A", "\n").replace("%09", "\t").replace("%0D", "\r").replace("%25", "%");
  }
}
