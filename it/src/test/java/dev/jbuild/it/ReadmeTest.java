package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Checkout;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Jbuild;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every console transcript of the README is run: what stands behind {@code $} is a command, the
 * lines after it are what it prints. An ellipsis stands for any text, a number for any number.
 */
@EndToEnd
final class ReadmeTest {
  private record Step(String command, List<String> expected) {}

  @TestFactory
  Stream<DynamicTest> transcripts(Jbuild jbuild) throws Exception {
    List<Step> steps = steps(Files.readAllLines(Checkout.root().resolve("README.md")));
    assertThat(steps).as("transcripts in the README").isNotEmpty();
    return steps.stream()
        .map(step -> DynamicTest.dynamicTest(step.command(), () -> run(step, jbuild)));
  }

  private static void run(Step step, Jbuild jbuild) {
    Command shell = Command.of("sh", "-c", "exec 2>&1; " + step.command()).in(Checkout.root());
    shell =
        shell
            .with("JBUILD_ROOT", jbuild.store())
            .with("JBUILD_REBUILD", "never")
            .without("JAVA_TOOL_OPTIONS");

    String printed = shell.check().out().stripTrailing();

    assertThat(printed)
        .matches(
            step.expected().stream().map(ReadmeTest::pattern).collect(Collectors.joining("\n")));
  }

  private static List<Step> steps(List<String> lines) {
    List<Step> steps = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        inside = line.equals("```console");
      } else if (inside && line.startsWith("$ ")) {
        steps.add(new Step(line.substring(2), new ArrayList<>()));
      } else if (inside) {
        steps.getLast().expected().add(line);
      }
    }
    return steps;
  }

  private static String pattern(String line) {
    return Arrays.stream(line.split("(?<=…)|(?=…)", -1))
        .map(ReadmeTest::patternOfPart)
        .collect(Collectors.joining());
  }

  private static String patternOfPart(String part) {
    if (part.equals("…")) {
      return "(?s:.*)";
    }
    return Pattern.compile("\\d+")
            .splitAsStream(part)
            .map(Pattern::quote)
            .collect(Collectors.joining("\\d+"))
        + (part.matches(".*\\d") ? "\\d+" : "");
  }
}
