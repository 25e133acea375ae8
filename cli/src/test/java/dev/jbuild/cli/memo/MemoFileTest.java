package dev.jbuild.cli.memo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Digest;
import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.solve.Evidence;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MemoFileTest {
  private static final List<String> CALL = List.of("/work", "-t", "häßlich:1", ".");
  private static final Digest ID = Digest.sha256("id");

  private static Memo memo() {
    return new Memo(
        Map.of("V", Optional.of("1"), "GONE", Optional.empty()),
        new Memo.Input(
            ".", Optional.empty(), "Dockerfile", new byte[] {1}, Optional.of(new byte[0])),
        List.of(Path.of("/secret")),
        new Evidence.Found(
            Map.of(Path.of("/store/names/x"), new byte[] {2, 3}),
            List.of(Path.of("/store/layers/1/fs")),
            Map.of(Path.of("/work"), new byte[] {4})),
        new Memo.Answer(
            ID.toString(),
            "PLAIN",
            true,
            Map.of(Path.of("id.txt"), new byte[] {5}),
            List.of("WARNING: a"),
            List.of(
                new BuildEvent.Planned(2),
                new BuildEvent.Started(1, "[1/2] FROM scratch"),
                new BuildEvent.Finished(1, new Outcome.Ran()),
                new BuildEvent.Started(2, "[2/2] RUN true"),
                new BuildEvent.Finished(2, new Outcome.Cached()),
                new BuildEvent.Warned("Rule", "message", 3),
                new BuildEvent.Done(ID, List.of("x:latest"))),
            List.of("1 warning found")));
  }

  @Test
  void comesBackAsItWas() {
    Memo read = MemoFile.parse(CALL, MemoFile.print(CALL, memo())).orElseThrow();

    assertThat(read).usingRecursiveComparison().isEqualTo(memo());
  }

  @Test
  void answersItsOwnCallOnly() {
    byte[] bytes = MemoFile.print(CALL, memo());

    assertThat(MemoFile.parse(List.of("/work", "-t", "x", "."), bytes)).isEmpty();
    assertThat(MemoFile.parse(List.of("/work", "-thäßlich:1", "."), bytes)).isEmpty();
  }

  @Test
  void anyBitMatters() {
    byte[] bytes = MemoFile.print(CALL, memo());
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 4;
      assertThat(MemoFile.parse(CALL, damaged)).as("byte %s", i).isEmpty();
      assertThat(MemoFile.parse(CALL, Arrays.copyOf(bytes, i))).as("cut at %s", i).isEmpty();
    }
  }

  @Test
  void anEnvironmentTellsWhatWasLookedAt() {
    Consulted consulted = new Consulted(Map.of("A", "1", "B", "2"));
    assertThat(consulted.getOrDefault("A", "")).isEqualTo("1");
    assertThat(consulted.getOrDefault("C", "none")).isEqualTo("none");
    assertThat(consulted.seen()).contains(Map.of("A", Optional.of("1"), "C", Optional.empty()));

    assertThat(consulted.entrySet()).hasSize(2);
    assertThat(consulted.seen()).as("after a walk through all").isEmpty();
  }
}
