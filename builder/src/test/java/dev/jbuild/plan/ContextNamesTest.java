package dev.jbuild.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Platform;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextNamesTest {
  private static final Platform ARM = Platform.of("linux", "arm64", "");

  @ParameterizedTest
  @ValueSource(strings = {"alpine:3.22", "busybox", "build2"})
  void otherNamesAreNotMeant(String name) {
    ContextNames names = new ContextNames(Map.of("alpine", "dir", "build", "dir"));

    assertThat(names.find(name, ARM)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scratch", "context"})
  void reservedNamesMeanWhatTheyAlwaysDo(String name) {
    assertThat(new ContextNames(Map.of(name, "dir")).find(name, ARM)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"alpine", "alpine:latest", "docker.io/library/alpine:latest"})
  void allSpellingsOfAnImageMeanTheSame(String name) {
    assertThat(new ContextNames(Map.of("alpine", "dir")).find(name, ARM)).contains("dir");
  }

  @Test
  void aContextForOnePlatformComesFirst() {
    ContextNames names = new ContextNames(Map.of("base", "any", "base::linux/arm64", "arm"));

    assertThat(names.find("base", ARM)).contains("arm");
    assertThat(names.find("base", Platform.of("linux", "amd64", ""))).contains("any");
  }
}
