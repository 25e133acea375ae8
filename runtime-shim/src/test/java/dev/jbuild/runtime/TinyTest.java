package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TinyTest {
  @TempDir private Path folder;
  private Path tiny;

  @BeforeEach
  void unpack() throws IOException {
    tiny = Files.write(folder.resolve("tiny"), ShimBinary.tiny());
    Files.setPosixFilePermissions(tiny, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(tiny.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("NAME", "a  b");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return out + process.waitFor();
  }

  @Test
  void namesAreThoseThatTheProgramKnows() throws Exception {
    assertThat(run("--list").split("\n", -1))
        .startsWith(ShimBinary.tinyNames().toArray(String[]::new))
        .hasSize(ShimBinary.tinyNames().size() + 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      ignoreLeadingAndTrailingWhitespace = true,
      quoteCharacter = '`',
      value = {
        "echo one; echo two                ~ one two 0",
        "true && echo yes                  ~ yes 0",
        "false && echo yes                 ~ 1",
        "false || echo no                  ~ no 0",
        "false || false || echo c && echo d~ c d 0",
        "echo '$NAME' \"$NAME\" ${NO:-else}~ $NAME a  b else 0",
        "X=1 env > f; echo x >> f; rm f; exit 3 ~ 3",
        "exit 7; echo never                ~ 7",
        "nope                              ~ sh: nope: not found 127",
        "set -e; false; echo never         ~ 1",
        "echo a # b                        ~ a 0",
        "printf '%s-%03d\\n' x 7           ~ x-007 0",
        "[ -e tiny ] && test 2 -gt 1 && echo t ~ t 0",
        "echo x >&2                        ~ x 0",
        "mkdir -p p/q && echo z > p/q/f && cp -r p c && cat c/q/f && rm -r p c && ls ~ z tiny 0",
        "cat < nofile                      ~ sh: nofile: No such file or directory 1",
        "! false                           ~ 0",
        "sh -c 'echo $0 $1 $#' a b         ~ a b 1 0",
        "Y=5; export Y; sh -c 'echo $Y'    ~ 5 0",
        "cd / && pwd                       ~ / 0",
        "hello                             ~ Hello from jbuild! 0",
        "while true                        ~ sh: this small shell does not know: while 2",
      })
  void aShell(String script, String expected) throws Exception {
    assertThat(run("sh", "-c", script).replace("\n", " ")).isEqualTo(expected);
  }

  @Test
  void pipes() throws Exception {
    assertThat(run("sh", "-c", "echo a b | cat | wc -w")).isEqualTo("2 \n0");
  }
}
