package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The flags of one instruction, checked against those that it knows. */
final class Flags {
  private static final List<String> REPEATABLE = List.of("mount", "exclude", "device");
  private static final List<String> BOOLEAN =
      List.of("link", "parents", "keep-git-dir", "unpack", "if-exists");

  /** Flags that one instruction alone has. */
  private static final Map<String, String> OWNERS =
      Map.of(
          "platform", "FROM",
          "from", "COPY",
          "parents", "COPY",
          "checksum", "ADD",
          "keep-git-dir", "ADD",
          "unpack", "ADD",
          "mount", "RUN",
          "network", "RUN",
          "security", "RUN",
          "interval", "HEALTHCHECK");

  private final RawInstruction raw;
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Flags(RawInstruction raw) {
    this.raw = raw;
  }

  /**
   * Reads the flags of an instruction.
   *
   * @throws DockerfileException for one that it does not know, without its value, or twice
   */
  static Flags read(RawInstruction raw, String... known) {
    Flags flags = new Flags(raw);
    for (String flag : raw.flags()) {
      flags.add(flag, Arrays.asList(known));
    }
    return flags;
  }

  private void add(String flag, List<String> known) {
    int equals = flag.indexOf('=');
    String name = equals < 0 ? flag.substring(2) : flag.substring(2, equals);
    if (!known.contains(name)) {
      throw unknown(name, known);
    }
    List<String> before = values.computeIfAbsent(name, _ -> new ArrayList<>());
    if (!before.isEmpty() && !REPEATABLE.contains(name)) {
      throw raw.error("duplicate flag specified: --" + name);
    }
    before.add(BOOLEAN.contains(name) ? bool(flag, name, equals) : text(flag, name, equals));
  }

  private DockerfileException unknown(String name, List<String> known) {
    String near =
        Suggestion.of(name, known).map(match -> " (did you mean --" + match + "?)").orElse("");
    String message = "unknown flag: --" + name + near;
    String owner = OWNERS.getOrDefault(name, "");
    if (!owner.isEmpty()) {
      return raw.error(message, "--" + name + " is a flag of " + owner);
    }
    return raw.error(
        message,
        known.isEmpty()
            ? raw.keyword() + " has no flags"
            : raw.keyword() + " knows --" + String.join(", --", known));
  }

  private String text(String flag, String name, int equals) {
    if (equals < 0) {
      throw raw.error("missing a value on flag: --" + name, "write --" + name + "=VALUE");
    }
    return flag.substring(equals + 1);
  }

  private String bool(String flag, String name, int equals) {
    String value = equals < 0 ? "true" : flag.substring(equals + 1).toLowerCase(Locale.ROOT);
    if (value.isEmpty()) {
      throw raw.error("missing a value on flag: --" + name);
    }
    if (!value.equals("true") && !value.equals("false")) {
      throw raw.error(
          "expecting boolean value for flag --" + name + ", not: " + flag.substring(equals + 1));
    }
    return value;
  }

  /** The value of a flag; absent also where it is empty. */
  Optional<String> value(String name) {
    return given(name).filter(value -> !value.isEmpty());
  }

  /** The value of a flag, maybe an empty one. */
  Optional<String> given(String name) {
    List<String> all = values(name);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }

  List<String> values(String name) {
    return values.getOrDefault(name, List.of());
  }

  boolean isTrue(String name) {
    return switchedTo(name).orElse(false);
  }

  /** What a boolean flag says; absent where it is not there. */
  Optional<Boolean> switchedTo(String name) {
    return value(name).map("true"::equals);
  }
}
