package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import org.junit.jupiter.api.Test;

/** What a person or a script reads while and after a build. */
@EndToEnd
final class ProgressTest {
  private static final String DOCKERFILE =
      """
      FROM busybox
      WORKDIR /app
      RUN echo to-stdout; echo to-stderr >&2
      CMD ["true"]
      """;

  @Test
  void progressIsOnStderrAndStdoutIsForResults(Jbuild jbuild, Folder context) {
    context.dockerfile(DOCKERFILE);

    Outcome plain = jbuild.check("build", "--no-cache", "-t", "p", context);
    Outcome quiet = jbuild.check("build", "--no-cache", "-q", "-t", "p", context);

    assertThat(plain.out()).isEmpty();
    assertThat(plain.err())
        .containsPattern("#\\d+ \\[internal\\] load build definition from Dockerfile")
        .containsPattern("#\\d+ \\[2/3\\] WORKDIR /app")
        .containsPattern("#\\d+ \\[3/3\\] RUN echo to-stdout; echo to-stderr >&2")
        .containsPattern("#\\d+ \\d+\\.\\d+ to-stdout")
        .containsPattern("#\\d+ \\d+\\.\\d+ to-stderr")
        .containsPattern("#\\d+ DONE \\d+\\.\\d+s")
        .contains("naming to docker.io/library/p");
    assertThat(quiet.out()).matches("sha256:[0-9a-f]{64}\n");
    assertThat(quiet.err()).isEmpty();
  }

  @Test
  void aFailureShowsTheDockerfileAroundTheLine(Jbuild jbuild, Folder context) {
    context.dockerfile(
        "FROM busybox\n\nRUN echo before && \\\n    nonexistent-program\nCMD [\"true\"]\n");

    Outcome outcome = jbuild.run("build", "--progress=plain", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("nonexistent-program: not found")
        .contains("Dockerfile:3\n--------------------\n")
        // As BuildKit has it: one line around several, two around one.
        .contains(
            "   3 | >>> RUN echo before && \\\n   4 | >>>     nonexistent-program\n   5 |     CMD")
        .doesNotContain("   1 |")
        .contains("did not complete successfully: exit code: 127");
  }

  @Test
  void onATerminalTheLinesAreLive(Jbuild jbuild, Folder context) {
    context.dockerfile(DOCKERFILE);
    String call = "%s build --no-cache -t p %s".formatted(jbuild.launcher(), context);

    Outcome outcome =
        Command.of("script", "-qec", call, "/dev/null")
            .with("JBUILD_ROOT", jbuild.store())
            .with("JBUILD_REGISTRIES", jbuild.registries().orElseThrow())
            .with("JBUILD_REBUILD", "never")
            .with("TERM", "xterm")
            .check();

    assertThat(outcome.out())
        .contains("[+] Building")
        .contains("FINISHED")
        .contains("=> [3/3] RUN echo")
        .contains("\u001b[");
  }

  @Test
  void helpFitsOneScreenAndVersionOneLine(Jbuild jbuild) {
    String help = jbuild.check("--help").out();

    assertThat(help.lines().count()).isLessThanOrEqualTo(60);
    assertThat(help).contains("build", "run", "images", "pull", "push", "prune");
    assertThat(jbuild.check("version").out()).containsIgnoringCase("jbuild");
  }
}
