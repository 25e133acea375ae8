package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What prunes and budgets take, and above all what they do not. */
@EndToEnd
final class PruneTest {
  @TempDir private Path temp;
  private Jbuild own;

  @BeforeEach
  void open(Jbuild jbuild) {
    own = new Jbuild(jbuild.launcher(), temp.resolve("own"), jbuild.registries());
  }

  @AfterEach
  void close() {
    Command.of("rm", "-rf", temp.resolve("own")).check();
  }

  /**
   * A build that runs needs layers that no name leads to yet: others that prune everything, and
   * keep to a budget of nothing, have to leave them.
   */
  @Test
  void aRunningBuildLosesNothing(Folder context) throws Exception {
    Trees.writeFile(context.path().resolve("data"), 2_000_000, 3);
    Path go = temp.resolve("go");
    Files.createDirectory(go);
    context.dockerfile(
        """
        FROM busybox AS first
        COPY data /data
        RUN sha256sum /data > /sum
        RUN --mount=type=cache,target=/c cp /data /c/data
        RUN --mount=type=cache,target=/c echo now-waiting; until test -e /c/go; do sleep 0.1; done; cmp /data /c/data
        FROM busybox
        COPY --from=first /sum /data /
        CMD ["sh", "-c", "cd / && sha256sum data"]
        """);
    try (Running build =
        own.command("build", "--progress=plain", "-t", "it/survivor", context).start()) {
      InterruptionTest.awaitError(build, " now-waiting");
      Folder other = new Folder(Files.createDirectory(temp.resolve("other")));
      other.dockerfile("FROM busybox\nRUN echo other > /other\n");
      own.check("build", "-q", "--cache-max-size", "1kB", other);
      own.check("builder", "prune", "-a", "-f");
      own.check("system", "prune", "-a", "-f", "--volumes");
      own.check("build", "-q", "--cache-max-size", "1kB", other);
      Path mount;
      try (var folders = Files.walk(own.store().resolve("caches"))) {
        mount = folders.filter(f -> f.endsWith("data/data")).findFirst().orElseThrow();
      }
      Files.createFile(mount.resolveSibling("go"));

      assertThat(build.await().code()).as(build.err()).isZero();
    }
    assertThat(own.check("run", "--rm", "it/survivor").out())
        .isEqualTo(Trees.sha256(context.path().resolve("data")) + "  data\n");
    assertThat(own.check("store", "fsck").out()).contains("all in order");
  }

  @Test
  void filtersSayWhatGoes(Folder context) {
    for (String name : new String[] {"keep", "drop"}) {
      context.dockerfile(
          "FROM busybox\nLABEL fate=" + name + "\nRUN echo " + name + " > /" + name + "\n");
      own.check("build", "-q", "-t", "it/" + name, context);
    }
    own.check("image", "prune", "-a", "-f", "--filter", "until=24h");
    assertThat(names()).contains("it/keep", "it/drop");

    own.check("image", "prune", "-a", "-f", "--filter", "label=fate=drop");
    assertThat(names()).contains("it/keep").doesNotContain("it/drop");
    own.check("system", "prune", "-a", "-f", "--filter", "label!=fate=keep");
    assertThat(names()).contains("it/keep");
    own.check("builder", "prune", "-a", "-f", "--filter", "until=24h");
    context.dockerfile("FROM busybox\nLABEL fate=keep\nRUN echo keep > /keep\n");
    assertThat(own.check("build", "--progress=plain", context).err()).contains("CACHED");

    own.check("volume", "create", "--label", "fate=keep", "kept");
    own.check("volume", "create", "--label", "fate=drop", "dropped");
    own.check("volume", "prune", "-a", "-f", "--filter", "label=fate=drop");
    assertThat(own.check("volume", "ls", "-q").out()).isEqualTo("kept\n");
    own.check("create", "--name", "kept", "--label", "fate=keep", "it/keep", "true");
    own.check("create", "--name", "dropped", "--label", "fate=drop", "it/keep", "true");
    own.check("container", "prune", "-f", "--filter", "until=24h");
    own.check("container", "prune", "-f", "--filter", "label=fate=drop");
    assertThat(own.check("ps", "-a", "--format", "{{.Names}}").out()).isEqualTo("kept\n");
    own.check("rm", "kept");
    assertThat(own.run("image", "prune", "-f", "--filter", "colour=red").err())
        .containsIgnoringCase("invalid filter")
        .contains("colour");
  }

  @Test
  void systemPruneTakesWhatDockersTakes() {
    own.check("create", "--name", "stopped", "-v", "/anonymous", "busybox", "true");
    own.check("network", "create", "unused");
    own.check("volume", "create", "named");
    own.check("run", "-d", "--name", "runs", "-v", "/data", "busybox", "sleep", "1000");
    try {
      String dry = own.check("system", "prune", "-a", "-f", "--volumes", "--dry-run").out();
      assertThat(dry).contains("Deleted Containers:", "Deleted Networks:\nunused\n");
      assertThat(own.check("ps", "-aq").out().lines()).hasSize(2);

      own.check("system", "prune", "-f");
      assertThat(own.check("ps", "-a", "--format", "{{.Names}}").out()).isEqualTo("runs\n");
      assertThat(own.check("network", "ls", "-q", "--filter", "name=unused").out()).isEmpty();
      assertThat(own.check("volume", "ls", "-q").out().lines()).hasSize(3);

      own.check("system", "prune", "-a", "-f", "--volumes");
      assertThat(own.check("volume", "ls", "-q").out().lines()).hasSize(2).contains("named");
      assertThat(names()).contains("busybox");
      assertThat(own.run("system", "prune", "-f", "--volumes", "--filter", "until=1h").err())
          .contains("the \"until\" filter is not supported with \"--volumes\"");
    } finally {
      own.check("rm", "-f", "-v", "runs");
    }
  }

  private String names() {
    return own.check("images", "--format", "{{.Repository}}").out();
  }
}
