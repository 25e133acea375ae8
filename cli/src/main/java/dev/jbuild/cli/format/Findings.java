package dev.jbuild.cli.format;

import dev.jbuild.oci.Json;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.parser.check.Warning;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What checks found, as docker prints it. */
public final class Findings {
  private Findings() {}

  /** For people: each warning with its lines. */
  public static String text(String fileName, byte[] source, Checks.Findings findings) {
    StringBuilder out = new StringBuilder();
    int count = findings.warnings().size();
    if (count > 0) {
      out.append(
              count == 1
                  ? "Check complete, 1 warning has been"
                  : "Check complete, " + count + " warnings have been")
          .append(" found!\n");
    } else if (findings.error().isEmpty()) {
      out.append("Check complete, no warnings found.\n");
    }
    for (Warning warning : findings.warnings()) {
      out.append("\nWARNING: ").append(warning.rule().title());
      warning.rule().url().ifPresent(url -> out.append(" - ").append(url));
      out.append('\n').append(warning.message()).append('\n');
      out.append(DockerfileException.excerpt(fileName, source, warning.span()));
    }
    return out.toString();
  }

  /** What a build says at its end; nothing where there is nothing to say. */
  public static List<String> brief(Checks.Findings findings) {
    int count = findings.warnings().size();
    if (count == 0) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        (count == 1 ? " 1 warning" : " " + count + " warnings")
            + " found (use jbuild --check to expand):");
    for (Warning warning : findings.warnings()) {
      lines.add(" - " + warning.brief());
    }
    return lines;
  }

  /** For programs. */
  public static Json.Obj json(String fileName, byte[] source, Checks.Findings findings) {
    List<Json> warnings = new ArrayList<>();
    for (Warning warning : findings.warnings()) {
      warnings.add(
          Json.obj()
              .with("ruleName", warning.rule().title())
              .with("description", warning.rule().description())
              .withOptional("url", warning.rule().url())
              .with("detail", warning.message())
              .with("location", location(warning.span())));
    }
    Json.Obj json =
        Json.obj()
            .with("warnings", new Json.Arr(warnings))
            .with(
                "sources",
                new Json.Arr(
                    List.of(
                        Json.obj()
                            .with("filename", fileName)
                            .with("language", "Dockerfile")
                            .with("data", base64(source)))));
    return findings
        .error()
        .map(error ->
            json.with(
                "buildError",
                Json.obj()
                    .with("message", String.valueOf(error.getMessage()))
                    .with("location", location(error.span()))))
        .orElse(json);
  }

  static String base64(byte[] source) {
    return new String(Base64.getEncoder().encode(source), StandardCharsets.US_ASCII);
  }

  static Json.Obj location(Span span) {
    return Json.obj()
        .with(
            "ranges",
            new Json.Arr(
                List.of(
                    Json.obj()
                        .with("start", Json.obj().with("line", span.firstLine()))
                        .with("end", Json.obj().with("line", span.lastLine())))));
  }
}
