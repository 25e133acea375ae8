package dev.jbuild.cli;

import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.cli.progress.Displays;
import dev.jbuild.cli.progress.ProgressDisplay;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.solve.BuildException;
import dev.jbuild.solve.BuildResult;
import java.io.IOException;
import java.nio.file.Files;

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
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    BuildOptions options = BuildOptions.read(arguments, session.environment());
    for (String flag : BuildOptions.withoutEffect(arguments)) {
      session.err().println("WARNING: " + flag + " has no effect");
    }
    BuildInput input = BuildInput.read(options.context(), options.file(), session.in());
    BuildRequest request = BuildRequests.of(options, input, session.environment());
    try {
      BuildResult result = build(request, options, session);
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

  private static BuildResult build(BuildRequest request, BuildOptions options, Session session)
      throws IOException, InterruptedException {
    try (ProgressDisplay display =
        Displays.open(
            options.results().progress(), session.err(), session.environment(), session.debug())) {
      BuildOutputs outputs = new BuildOutputs(session.parts(), display, session.out());
      BuildResult result = session.parts().builder().build(request, outputs);
      Descriptor written = outputs.write(request, result.image());
      if (request.metadataFile().isPresent()) {
        Files.writeString(
            request.metadataFile().get(),
            PrettyJson.print(BuildMetadata.of(request, result.image(), written)) + "\n");
      }
      return result;
    }
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
