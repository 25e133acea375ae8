package dev.jbuild.cli;

import dev.jbuild.cli.format.Findings;
import dev.jbuild.cli.format.Outlines;
import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.oci.Json;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.parser.check.Outline;
import dev.jbuild.plan.BuildRequest;
import java.util.Map;
import java.util.Optional;

/** {@code --call}: questions about a Dockerfile, instead of a build. */
record BuildCall(Method method, boolean json) {
  enum Method {
    CHECK,
    OUTLINE,
    TARGETS
  }

  /**
   * What the command line asks for; nothing where it asks for a build.
   *
   * @throws UsageException for a method that there is not
   */
  static Optional<BuildCall> of(Arguments arguments) {
    Optional<String> call = arguments.value("--call");
    if (call.isEmpty()) {
      return arguments.flag("--check")
          ? Optional.of(new BuildCall(Method.CHECK, false))
          : Optional.empty();
    }
    if (arguments.flag("--check") && !call.get().startsWith("check")) {
      throw new UsageException("--check is --call=check; the other --call is " + call.get());
    }
    Map<String, String> fields = Fields.parse("--call", "method=" + call.get());
    String format = fields.getOrDefault("format", "text");
    if (!format.equals("text") && !format.equals("json")) {
      throw new UsageException("invalid --call format " + format + ": it is text or json");
    }
    boolean json = format.equals("json");
    return switch (fields.getOrDefault("method", "")) {
      case "build" -> Optional.empty();
      case "check", "lint" -> Optional.of(new BuildCall(Method.CHECK, json));
      case "outline" -> Optional.of(new BuildCall(Method.OUTLINE, json));
      case "targets" -> Optional.of(new BuildCall(Method.TARGETS, json));
      default ->
          throw new UsageException(
              "invalid --call " + call.get() + ": it is build, check, outline or targets");
    };
  }

  /** Answers, and gives the exit code: a check fails when it finds something. */
  int answer(BuildRequest request, Session session) {
    String name = request.source().dockerfileName();
    byte[] source = request.source().dockerfile();
    BuildChecks checks = new BuildChecks(request, session);
    if (method == Method.CHECK) {
      return check(checks.findings(), name, source, session);
    }
    Dockerfile dockerfile = DockerfileParser.parse(source);
    if (method == Method.TARGETS) {
      print(Outlines.targets(dockerfile), Outlines.json(dockerfile, source), session);
      return 0;
    }
    Outline outline =
        Outline.of(dockerfile, request.target(), checks.predefined(), request.arguments());
    print(Outlines.text(outline), Outlines.json(outline, source), session);
    return 0;
  }

  private int check(Checks.Findings findings, String name, byte[] source, Session session) {
    print(Findings.text(name, source, findings), Findings.json(name, source, findings), session);
    Optional<DockerfileException> error = findings.error();
    if (error.isPresent() && !json) {
      session.err().println(error.get().render(name, source));
    }
    return findings.warnings().isEmpty() && error.isEmpty() ? 0 : 1;
  }

  private void print(String text, Json.Obj object, Session session) {
    if (json) {
      session.out().println(PrettyJson.print(object));
    } else {
      session.out().print(text);
    }
  }
}
