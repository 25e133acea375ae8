package dev.jbuild.oci;

import java.math.BigDecimal;
import java.util.List;

/**
 * How to ask whether a container works (moby image-spec, Healthcheck). Durations are nanoseconds;
 * zero means the default.
 *
 * @param test {@code ["NONE"]}, {@code ["CMD", …]} or {@code ["CMD-SHELL", line]}
 */
public record Healthcheck(
    List<String> test,
    long interval,
    long timeout,
    long startPeriod,
    long startInterval,
    int retries) {
  public Healthcheck {
    test = List.copyOf(test);
  }

  Json.Obj toJson() {
    Json.Obj json = Json.obj().with("Test", Json.texts(test));
    json = interval == 0 ? json : json.with("Interval", interval);
    json = timeout == 0 ? json : json.with("Timeout", timeout);
    json = startPeriod == 0 ? json : json.with("StartPeriod", startPeriod);
    json = startInterval == 0 ? json : json.with("StartInterval", startInterval);
    return retries == 0 ? json : json.with("Retries", new Json.Num(BigDecimal.valueOf(retries)));
  }

  static Healthcheck fromJson(Json.Obj json) {
    return new Healthcheck(
        json.texts("Test"),
        json.number("Interval").orElse(0L),
        json.number("Timeout").orElse(0L),
        json.number("StartPeriod").orElse(0L),
        json.number("StartInterval").orElse(0L),
        json.number("Retries").orElse(0L).intValue());
  }
}
