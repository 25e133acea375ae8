package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.Residue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C and kill -9 in the middle of a step, and in the middle of a container. */
@EndToEnd
final class InterruptionTest {
  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "KILL"})
  void aBuildThatIsEndedLeavesNoProcessNoMountAndNoHalfLayer(
      String signal, Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile(
        "FROM busybox\nRUN echo step > /kept\nRUN echo half > /half; echo now-running; sleep 1000\n");
    try (Running running =
        jbuild.command("build", "--progress=plain", "--no-cache", context).start()) {
      awaitError(running, " now-running");
      running.signal(signal);
      assertThat(running.await().code()).isNotZero();
    }

    context.dockerfile("FROM busybox\nRUN echo step > /kept\nRUN cat /kept && test ! -e /half\n");
    jbuild.check("build", "-q", context);
    // Only what kill -9 left may wait for the next writer, which the build above was.
    jbuild.run("prune", "-f");
    assertThat(Residue.of(jbuild.store()).find()).isEmpty();
  }

  @Test
  void aContainerThatLosesJbuildIsEnded(Jbuild jbuild) throws Exception {
    try (Running running =
        jbuild.command("run", "--rm", "busybox", "sh", "-c", "echo ready; sleep 1000").start()) {
      RunTest.awaitLine(running, "ready");
      running.signal("KILL");
      running.await();
    }

    jbuild.check("run", "--rm", "busybox", "true");
    assertThat(Residue.of(jbuild.store()).find())
        .noneMatch(line -> line.startsWith("process") || line.startsWith("mount"));
  }

  static void awaitError(Running running, String text) throws InterruptedException {
    for (int i = 0; i < 600 && !running.err().contains(text) && running.process().isAlive(); i++) {
      Thread.sleep(50);
    }
    assertThat(running.err()).contains(text);
  }
}
