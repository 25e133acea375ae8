package dev.jbuild.cli;

import dev.jbuild.cli.format.Findings;
import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.cli.memo.Consulted;
import dev.jbuild.cli.memo.Heard;
import dev.jbuild.cli.progress.Displays;
import dev.jbuild.cli.progress.ProgressDisplay;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.solve.BuildException;
import dev.jbuild.solve.BuildResult;
import dev.jbuild.solve.Builder;
import dev.jbuild.solve.Evidence;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds an image from a Dockerfile. */
final class BuildVerb implements Verb {
  @Override
  public Syntax syntax() {
    return BuildOptions.syntax();
  }

  @Override
  public String errorPrefix() {
    return "ERROR: ";
  }

  @Override
  public Optional<Integer> known(Session session) throws IOException {
    Optional<Integer> known = KnownBuild.answer(session);
    if (known.isEmpty()) {
      Builder.prepare();
    }
    return known;
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    session.parts().limitUnpacking(arguments.value("--max-layer-size"));
    Consulted environment = new Consulted(session.environment());
    BuildOptions options = BuildOptions.read(arguments, environment);
    List<String> notes = new ArrayList<>();
    for (String flag : BuildOptions.withoutEffect(arguments)) {
      notes.add("WARNING: " + flag + " has no effect");
    }
    notes.forEach(session.err()::println);
    try (RemoteContext remote = new RemoteContext(session.parts(), environment)) {
      BuildInput input =
          RemoteContext.is(options.context())
              ? remote.read(options, session.in())
              : BuildInput.read(options.context(), options.file(), session.in());
      return build(new Given(arguments, options, input, notes), environment, session);
    }
  }

  /** What the command line means, and what was to be said about it. */
  private record Given(
      Arguments arguments, BuildOptions options, BuildInput input, List<String> notes) {}

  private static int build(Given given, Consulted environment, Session session)
      throws IOException, InterruptedException {
    Arguments arguments = given.arguments();
    BuildOptions options = given.options();
    BuildInput input = given.input();
    List<String> notes = given.notes();
    BuildRequest request = BuildRequests.of(options, input, environment);
    try {
      Optional<BuildCall> call = BuildCall.of(arguments);
      if (call.isPresent()) {
        return call.get().answer(request, session);
      }
      BuildChecks checks = new BuildChecks(request, session);
      if (checks.failBuild() && fails(checks, input, session)) {
        return 1;
      }
      KnownBuild.Course course =
          new KnownBuild.Course(options, input, request, notes, new ArrayList<>());
      BuildResult result = build(course, environment, BuildCaching.of(arguments), session);
      course.warnings().forEach(session.err()::println);
      report(request, options, result, session);
      return 0;
    } catch (DockerfileException e) {
      session.err().println(e.render(input.dockerfileName(), input.dockerfile()));
    } catch (BuildException e) {
      e.span()
          .ifPresent(span ->
              session
                  .err()
                  .print(
                      DockerfileException.excerpt(
                          input.dockerfileName(), input.dockerfile(), span)));
      session.err().println("ERROR: failed to solve: " + e.getMessage());
    }
    return 1;
  }

  /** {@code # check=error=true}: findings stop the build before it begins. */
  private static boolean fails(BuildChecks checks, BuildInput input, Session session) {
    Checks.Findings findings = checks.findings();
    if (findings.warnings().isEmpty()) {
      return false;
    }
    session.err().print(Findings.text(input.dockerfileName(), input.dockerfile(), findings));
    session
        .err()
        .println(
            "ERROR: failed to solve: lint violation found for rules: "
                + String.join(", ", findings.rules()));
    return true;
  }

  private static BuildResult build(
      KnownBuild.Course course, Consulted environment, BuildCaching caching, Session session)
      throws IOException, InterruptedException {
    BuildRequest request = course.request();
    try (ProgressDisplay display =
        Displays.open(
            course.options().results().progress(),
            session.err(),
            session.environment(),
            session.debug())) {
      Heard heard = new Heard(display);
      BuildOutputs outputs = new BuildOutputs(session.parts(), heard, session.out());
      Evidence evidence = new Evidence(session.parts().store());
      caching.bring(session, outputs, evidence);
      outputs.buildBegins();
      BuildResult result = session.parts().builder(evidence).build(request, outputs);
      caching.carry(session, outputs, evidence, result.image());
      Descriptor written = outputs.write(request, result.image());
      if (request.metadataFile().isPresent()) {
        Files.writeString(
            request.metadataFile().get(),
            PrettyJson.print(BuildMetadata.of(request, result.image(), written)) + "\n");
      }
      caching.send(session, outputs, evidence, result.image());
      course.warnings().addAll(warnings(course, result.dockerfile(), session));
      KnownBuild.remember(course, result, evidence, heard, environment, session);
      return result;
    }
  }

  /** What the checks find; nothing where nobody looks. */
  private static List<String> warnings(
      KnownBuild.Course course, Dockerfile dockerfile, Session session) {
    return switch (course.options().results().progress()) {
      case QUIET, RAWJSON, NONE -> List.of();
      case AUTO, PLAIN, TTY ->
          Findings.brief(new BuildChecks(course.request(), session).findings(dockerfile));
    };
  }

  private static void report(
      BuildRequest request, BuildOptions options, BuildResult result, Session session)
      throws IOException {
    String id = result.image().id().toString();
    if (request.imageIdFile().isPresent()) {
      Files.writeString(request.imageIdFile().get(), id);
    }
    if (options.results().quiet()) {
      session.out().println(id);
    }
  }
}
