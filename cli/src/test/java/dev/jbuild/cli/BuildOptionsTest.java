package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.ImageReference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildOptionsTest {
  private static BuildOptions read(Map<String, String> environment, String... arguments) {
    return BuildOptions.read(BuildOptions.syntax().parse(List.of(arguments)), environment);
  }

  @Test
  void argumentsWithoutAValueComeFromTheEnvironment() {
    BuildOptions options =
        read(
            Map.of("HERE", "yes", "SOURCE_DATE_EPOCH", "7"),
            "--build-arg",
            "A=1=2",
            "--build-arg",
            "HERE",
            "--build-arg",
            "GONE",
            "--build-arg",
            "E=",
            ".");
    assertThat(options.arguments())
        .containsExactly(
            Map.entry("A", "1=2"),
            Map.entry("HERE", "yes"),
            Map.entry("E", ""),
            Map.entry("SOURCE_DATE_EPOCH", "7"));
  }

  @Test
  void tagsHaveADefault() {
    assertThat(read(Map.of(), "-t", "a", "-tb:1", ".").tags())
        .extracting(ImageReference::familiar)
        .containsExactly("a:latest", "b:1");
  }

  @Test
  void outputsHaveShortForms() {
    assertThat(
            List.<Map<String, String>>copyOf(
                read(Map.of(), "-o", "out", "-o-", "-otype=oci,\"dest=a,b.tar\"", ".")
                    .results()
                    .outputs()))
        .containsExactly(
            Map.of("type", "local", "dest", "out"),
            Map.of("type", "tar", "dest", "-"),
            Map.of("type", "oci", "dest", "a,b.tar"));
    assertThatThrownBy(() -> read(Map.of(), "-o", "dest=x", "."))
        .hasMessageContaining("type is required");
  }

  @Test
  void listsMayBeWrittenWithCommas() {
    BuildOptions options =
        read(
            Map.of(),
            "--no-cache-filter=a,b",
            "--allow",
            "network.host",
            "--platform",
            "linux/amd64,arm64",
            ".");
    assertThat(options.cache().disabledStages()).containsExactly("a", "b");
    assertThat(options.steps().allow()).containsExactly("network.host");
    assertThat(options.platforms()).hasSize(2);
  }

  @Test
  void legacyFlagsAreTakenWithoutAWord() {
    Arguments given =
        BuildOptions.syntax()
            .parse(
                List.of(
                    "--rm", "--force-rm", "--memory=1g", "--squash", "--cgroup-parent", "x", "."));
    assertThat(BuildOptions.withoutEffect(given)).containsExactly("--cgroup-parent");
  }
}
