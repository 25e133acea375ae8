package dev.jbuild.parser;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What {@code RUN --mount} asks for (Dockerfile reference, "RUN --mount"). Defaults that depend on
 * the stage are left to the builder: where a relative target begins, what an absent id means.
 *
 * @param from a stage, an image or a named context
 * @param readOnly as asked for, or the type's default: bind, secret and ssh are read-only
 * @param size of a tmpfs, in bytes
 * @param id of a cache, a secret or an SSH agent
 * @param required of a secret or an agent: the build fails where there is none
 * @param env the variable that gets a secret; empty where {@code env=} names none
 * @param mode permissions of a cache's folder, a secret or a socket
 */
public record RunMount(
    Type type,
    Optional<String> from,
    Optional<String> source,
    Optional<String> target,
    boolean readOnly,
    OptionalLong size,
    Optional<String> id,
    Optional<Sharing> sharing,
    boolean required,
    Optional<String> env,
    OptionalInt mode,
    OptionalLong uid,
    OptionalLong gid) {

  /** What is mounted. */
  public enum Type {
    BIND,
    CACHE,
    TMPFS,
    SECRET,
    SSH;

    /** As a Dockerfile names it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Who may use a cache at the same time. */
  public enum Sharing {
    SHARED,
    PRIVATE,
    LOCKED
  }

  /**
   * Reads the value of a flag.
   *
   * @param expander replaces variables in the values of options; what it throws is passed on
   * @throws IllegalArgumentException for options that make no sense, as BuildKit words it
   */
  public static RunMount parse(String value, UnaryOperator<String> expander) {
    return new RunMountReader(expander).read(fields(value));
  }

  /**
   * The {@code from} of a flag's value, which has no variables; what else is there may be wrong.
   */
  public static Optional<String> from(String value) {
    Optional<String> from = Optional.empty();
    for (String field : fields(value)) {
      int equals = field.indexOf('=');
      if (equals > 0 && field.substring(0, equals).equalsIgnoreCase("from")) {
        from = Optional.of(field.substring(equals + 1)).filter(f -> !f.isEmpty());
      }
    }
    return from;
  }

  /**
   * What can be said against a flag before its variables are known.
   *
   * @throws IllegalArgumentException as {@link #parse} does
   */
  static void check(String value) {
    for (String field : fields(value)) {
      int equals = field.indexOf('=');
      if (equals < 0 || !field.substring(0, equals).equalsIgnoreCase("from")) {
        continue;
      }
      int dollar = field.indexOf('$', equals);
      if (dollar >= 0 && dollar != field.length() - 1) {
        throw new IllegalArgumentException(
            "'from' doesn't support variable expansion, define alias stage instead");
      }
    }
  }

  private static List<String> fields(String value) {
    try {
      return Csv.fields(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("failed to parse csv mounts: " + e.getMessage(), e);
    }
  }
}
