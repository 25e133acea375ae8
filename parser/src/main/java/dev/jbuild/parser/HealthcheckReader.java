package dev.jbuild.parser;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads HEALTHCHECK. */
final class HealthcheckReader {
  private static final long LEAST = 1_000_000;

  private final RawInstruction raw;
  private final Flags flags;

  private HealthcheckReader(RawInstruction raw, Flags flags) {
    this.raw = raw;
    this.flags = flags;
  }

  static Instruction read(RawInstruction raw) {
    List<String> args = raw.args();
    if (args.isEmpty()) {
      throw raw.error(
          "HEALTHCHECK requires at least one argument",
          "e.g. HEALTHCHECK CMD curl -f http://localhost/, or HEALTHCHECK NONE");
    }
    String type = args.getFirst().toUpperCase(Locale.ROOT);
    if (type.equals("NONE")) {
      if (args.size() > 1) {
        throw raw.error("HEALTHCHECK NONE takes no arguments");
      }
      return new Instruction.Healthcheck(
          raw.span(), raw.line().text(), Optional.empty(), 0, 0, 0, 0, 0);
    }
    Flags flags =
        Flags.read(raw, "interval", "timeout", "start-period", "start-interval", "retries");
    if (!type.equals("CMD")) {
      throw raw.error("Unknown type " + GoText.quote(type) + " in HEALTHCHECK (try CMD)");
    }
    return new HealthcheckReader(raw, flags).healthcheck();
  }

  private Instruction healthcheck() {
    List<String> words = raw.args().subList(1, raw.args().size());
    if (words.isEmpty()) {
      throw raw.error("Missing command after HEALTHCHECK CMD");
    }
    Command test = raw.json() ? new Command.Exec(words) : new Command.Shell(words.getFirst());
    return new Instruction.Healthcheck(
        raw.span(),
        raw.line().text(),
        Optional.of(test),
        duration("interval"),
        duration("timeout"),
        duration("start-period"),
        duration("start-interval"),
        retries());
  }

  private long duration(String name) {
    Optional<String> text = flags.value(name);
    if (text.isEmpty()) {
      return 0;
    }
    long nanos;
    try {
      nanos = Durations.parse(text.get());
    } catch (IllegalArgumentException e) {
      throw raw.error(e.getMessage() + " on flag --" + name, "e.g. --" + name + "=1m30s");
    }
    if (nanos != 0 && nanos < LEAST) {
      throw raw.error("Interval " + GoText.quote(name) + " cannot be less than 1ms");
    }
    return nanos;
  }

  private int retries() {
    Optional<String> text = flags.value("retries");
    if (text.isEmpty()) {
      return 0;
    }
    int retries;
    try {
      retries = Integer.parseInt(text.get());
    } catch (NumberFormatException _) {
      throw raw.error("--retries must be a number: " + text.get());
    }
    if (retries < 0) {
      throw raw.error("--retries cannot be negative (" + retries + ")");
    }
    return retries;
  }
}
