package dev.jbuild.parser;

import dev.jbuild.parser.RunMount.Sharing;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Reads the options of one {@code --mount}, in order: the type comes before what it allows. */
final class RunMountReader {
  private static final List<String> KEYS =
      List.of(
          "type",
          "from",
          "source",
          "target",
          "readonly",
          "id",
          "sharing",
          "required",
          "size",
          "mode",
          "uid",
          "gid",
          "src",
          "dst",
          "destination",
          "ro",
          "rw",
          "readwrite",
          "env");

  private final UnaryOperator<String> expander;
  private RunMount.Type type = RunMount.Type.BIND;
  private Optional<String> from = Optional.empty();
  private Optional<String> source = Optional.empty();
  private Optional<String> target = Optional.empty();
  private Optional<Boolean> readOnly = Optional.empty();
  private OptionalLong size = OptionalLong.empty();
  private Optional<String> id = Optional.empty();
  private Optional<Sharing> sharing = Optional.empty();
  private boolean required;
  private Optional<String> env = Optional.empty();
  private OptionalInt mode = OptionalInt.empty();
  private OptionalLong uid = OptionalLong.empty();
  private OptionalLong gid = OptionalLong.empty();

  RunMountReader(UnaryOperator<String> expander) {
    this.expander = expander;
  }

  RunMount read(List<String> fields) {
    for (String field : fields) {
      int equals = field.indexOf('=');
      if (equals < 0) {
        word(field.toLowerCase(Locale.ROOT), field);
      } else {
        String key = field.substring(0, equals).toLowerCase(Locale.ROOT);
        option(key, expander.apply(field.substring(equals + 1)), field);
      }
    }
    check();
    return new RunMount(
        type,
        from,
        source,
        target,
        readOnly.orElse(type != RunMount.Type.CACHE && type != RunMount.Type.TMPFS),
        size,
        id,
        sharing,
        required,
        env,
        mode,
        uid,
        gid);
  }

  private void word(String key, String field) {
    switch (key) {
      case "readonly", "ro" -> readOnly = Optional.of(true);
      case "readwrite", "rw" -> readOnly = Optional.of(false);
      case "required" -> {
        only(key, RunMount.Type.SECRET, RunMount.Type.SSH);
        required = true;
      }
      default -> throw wrong("invalid field '" + field + "' must be a key=value pair");
    }
  }

  private void option(String key, String value, String field) {
    switch (key) {
      case "type" -> type = type(value);
      case "from" -> from = filled(value);
      case "source", "src" -> source = filled(value);
      case "target", "dst", "destination" -> target = filled(value);
      case "readonly", "ro" -> readOnly = Optional.of(bool(key, value));
      case "readwrite", "rw" -> readOnly = Optional.of(!bool(key, value));
      case "required" -> {
        only(key, RunMount.Type.SECRET, RunMount.Type.SSH);
        required = bool(key, value);
      }
      case "size" -> {
        only(key, RunMount.Type.TMPFS);
        size = OptionalLong.of(Bytes.parse(value).orElseThrow(() -> invalid(key, value)));
      }
      case "id" -> id = filled(value);
      case "sharing" -> sharing = Optional.of(sharing(value));
      case "mode" -> mode = OptionalInt.of((int) number("mode", value, 8));
      case "uid" -> uid = OptionalLong.of(number("uid", value, 10));
      case "gid" -> gid = OptionalLong.of(number("gid", value, 10));
      case "env" -> env = Optional.of(value);
      default ->
          throw wrong(
              "unexpected key '" + key + "' in '" + field + "'" + Suggestion.phrase(key, KEYS));
    }
  }

  private void check() {
    if (type == RunMount.Type.BIND || type == RunMount.Type.TMPFS) {
      String refused =
          mode.isPresent() ? "mode" : uid.isPresent() ? "uid" : gid.isPresent() ? "gid" : "";
      if (!refused.isEmpty()) {
        throw wrong(refused + " not allowed for \"" + type.word() + "\" type mounts");
      }
    }
    if (type == RunMount.Type.SECRET) {
      checkSecret();
    }
    if (sharing.isPresent() && type != RunMount.Type.CACHE) {
      throw wrong("invalid cache sharing set for " + type.word() + " mount");
    }
  }

  private void checkSecret() {
    if (from.isPresent()) {
      throw wrong("secret mount should not have a from");
    }
    if (sharing.isPresent()) {
      throw wrong("secret mount should not define sharing");
    }
    if (source.isEmpty() && target.isEmpty() && id.isEmpty()) {
      throw wrong("invalid secret mount. one of source, target required");
    }
    if (source.isPresent() && id.isPresent()) {
      throw wrong("both source and id can't be set");
    }
  }

  private void only(String key, RunMount.Type... types) {
    if (!Arrays.asList(types).contains(type)) {
      throw wrong("unexpected key '" + key + "' for mount type '" + type.word() + "'");
    }
  }

  private static RunMount.Type type(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "bind" -> RunMount.Type.BIND;
      case "cache" -> RunMount.Type.CACHE;
      case "tmpfs" -> RunMount.Type.TMPFS;
      case "secret" -> RunMount.Type.SECRET;
      case "ssh" -> RunMount.Type.SSH;
      default ->
          throw wrong(
              "unsupported mount type "
                  + GoText.quote(value)
                  + Suggestion.phrase(value, List.of("bind", "cache", "tmpfs", "secret", "ssh")));
    };
  }

  private static Sharing sharing(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "shared" -> Sharing.SHARED;
      case "private" -> Sharing.PRIVATE;
      case "locked" -> Sharing.LOCKED;
      default ->
          throw wrong(
              "unsupported sharing value "
                  + GoText.quote(value)
                  + Suggestion.phrase(value, List.of("shared", "private", "locked")));
    };
  }

  private static Optional<String> filled(String value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  private static boolean bool(String key, String value) {
    return GoText.bool(value).orElseThrow(() -> invalid(key, value));
  }

  /** An unsigned number of 32 bits. */
  private static long number(String key, String value, int radix) {
    try {
      return Integer.toUnsignedLong(Integer.parseUnsignedInt(signless(value), radix));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid value " + value + " for " + key, e);
    }
  }

  private static String signless(String value) {
    return value.startsWith("+") ? "" : value;
  }

  private static IllegalArgumentException invalid(String key, String value) {
    return wrong("invalid value for " + key + ": " + value);
  }

  private static IllegalArgumentException wrong(String message) {
    return new IllegalArgumentException(message);
  }
}
