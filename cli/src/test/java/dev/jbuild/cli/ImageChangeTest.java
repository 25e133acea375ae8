package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.ContainerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code commit --change}: what a Dockerfile says, said of an image. */
final class ImageChangeTest {
  private static ContainerConfig after(String... changes) {
    ContainerConfig config = ContainerConfig.EMPTY;
    for (String change : changes) {
      config = ImageChange.apply(config, change);
    }
    return config;
  }

  @Test
  void oneInstructionMayChangeSeveralThings() {
    ContainerConfig config =
        after(
            "ENV A=1 B=\"2 3\"",
            "env C=$A",
            "LABEL x=y z=w",
            "EXPOSE 80 81-82/udp",
            "VOLUME /a /b");

    assertThat(config.env()).containsExactly("A=1", "B=2 3", "C=1");
    assertThat(config.labels()).containsEntry("x", "y").containsEntry("z", "w");
    assertThat(config.exposedPorts()).containsExactly("80/tcp", "81/udp", "82/udp");
    assertThat(config.volumes()).containsExactly("/a", "/b");
  }

  @Test
  void commandsAreWordsOrALineForTheShell() {
    assertThat(after("CMD [\"a\", \"b\"]").cmd().orElseThrow()).containsExactly("a", "b");
    assertThat(after("CMD echo $A").cmd().orElseThrow())
        .containsExactly("/bin/sh", "-c", "echo $A");
    assertThat(after("HEALTHCHECK --interval=5s CMD true").healthcheck().orElseThrow())
        .satisfies(check -> {
          assertThat(check.test()).containsExactly("CMD-SHELL", "true");
          assertThat(check.interval()).isEqualTo(5_000_000_000L);
        });
    assertThat(after("HEALTHCHECK NONE").healthcheck().orElseThrow().test())
        .containsExactly("NONE");
    assertThat(after("ONBUILD RUN x", "ONBUILD RUN y").onBuild()).containsExactly("RUN x", "RUN y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RUN x",
        "COPY a b",
        "FROM x",
        "NONSENSE x",
        "EXPOSE",
        "EXPOSE x",
        "EXPOSE 3-1",
        "",
        "USER a\nUSER b"
      })
  void whatChangesMoreThanTheConfigurationIsRefused(String change) {
    assertThatThrownBy(() -> after(change)).isInstanceOf(UsageException.class);
  }
}
