package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.BaseImages;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.LocalRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image of jbuild, built by the jbuild that is in it. */
final class OwnImageIT {
  @TempDir private Path temp;

  /** JUnit would warn of each link in it that leads out. */
  @AfterEach
  void remove() {
    Command.of("rm", "-rf", temp.resolve("store")).check();
  }

  @Test
  void jbuildBuildsAnImageOfItself() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "containers here need root");
    Path home = Made.unpack(temp.resolve("dist"));
    Path context = Files.createDirectories(temp.resolve("context"));
    Command.of("cp", Made.archive(), context).check();
    try (LocalRegistry registry = LocalRegistry.start(temp.resolve("registry"))) {
      registry.push(BaseImages.ofThisUser().debian(), "library/debian:stable-slim");
      Path settings = registry.mirrorsDockerHub();

      call(
              home,
              settings,
              "build",
              "-q",
              "-t",
              "jbuild",
              "-f",
              Path.of("Dockerfile").toAbsolutePath(),
              context)
          .check();

      assertThat(call(home, settings, "run", "--rm", "jbuild", "version").check().out())
          .startsWith("jbuild ");
      Files.writeString(
          context.resolve("inner"),
          "FROM jbuild/tiny\nRUN echo built inside > f\nCMD [\"cat\", \"f\"]\n");
      assertThat(
              call(home, settings, "run", "--rm", "--privileged", "-v", context + ":/work")
                  .and("--entrypoint", "sh", "-e", "JBUILD_AOT=off", "jbuild", "-ec")
                  .and("jbuild -q -t x -f /work/inner /work >/dev/null; jbuild run --rm x")
                  .check()
                  .out())
          .isEqualTo("built inside\n");
    }
  }

  private Command call(Path home, Path settings, Object... arguments) {
    return Command.of(home.resolve("bin/jbuild"))
        .and(arguments)
        .with("JBUILD_ROOT", temp.resolve("store"))
        .with("JBUILD_REGISTRIES", settings)
        .with("JBUILD_AOT", "off")
        .without("JAVA_TOOL_OPTIONS");
  }
}
