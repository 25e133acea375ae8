package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A command that makes no request does not pay for the HTTP client, nor for Jib. */
class LazinessTest {
  /** What such a command does with this module. */
  static final class Idle {
    private Idle() {}

    public static void main(String[] arguments) {
      try (RegistryClient client =
          RegistryClient.open(RegistrySettings.load(Map.of("HOME", "/nowhere")))) {
        System.out.println("opened " + (client != null));
      }
    }
  }

  @Test
  void openingAClientLoadsNothing() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Idle.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(output).contains("opened true", "dev.jbuild.registry.RegistryClient ");
    assertThat(output)
        .doesNotContain(
            "java.net.http.", "com.google.cloud.tools", "com.fasterxml", "javax.net.ssl.");
  }
}
