package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerfileParserTest {
  private static Dockerfile parse(String text) {
    return DockerfileParser.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Instruction first(String line) {
    return parse("FROM scratch\n" + line).stages().getFirst().instructions().getFirst();
  }

  @Test
  void stagesKeepTheirNamesAndLines() {
    Dockerfile file =
        parse(
            "# syntax=x\nARG V=1\nFROM a:$V AS Build\nRUN make\n\nFROM scratch\nCOPY --from=build /x /\n");

    assertThat(file.globalArgs()).hasSize(1);
    assertThat(file.stages()).hasSize(2);
    assertThat(file.stages().getFirst().from().name()).contains("build");
    assertThat(file.stages().getLast().instructions().getFirst().span()).isEqualTo(new Span(7, 7));
  }

  @Test
  void continuationsSkipCommentsAndEmptyLines() {
    Instruction.Run run = (Instruction.Run) first("RUN a \\\n  # no\n\n  && b\n");

    assertThat(run.command()).isEqualTo(new Command.Shell("a   && b"));
    assertThat(run.span()).isEqualTo(new Span(2, 5));
  }

  @Test
  void jsonIsTheExecFormAndBrokenJsonTheShellForm() {
    assertThat(((Instruction.Cmd) first("CMD [\"a\", \"b c\"]")).command())
        .isEqualTo(new Command.Exec(List.of("a", "b c")));
    assertThat(((Instruction.Cmd) first("CMD ['a']")).command())
        .isEqualTo(new Command.Shell("['a']"));
  }

  @Test
  void hereDocumentsAreTakenOutOfTheFile() {
    Instruction.Run run =
        (Instruction.Run) first("RUN <<-\"A\" cat <<B\n\tone\n\tA\ntwo\nB\nUSER x");

    assertThat(run.heredocs())
        .containsExactly(
            new Heredoc("A", 0, false, true, "\tone\n"), new Heredoc("B", 0, true, false, "two\n"));
    assertThat(run.heredocs().getFirst().body()).isEqualTo("one\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RUNN x | unknown instruction: RUNN (did you mean RUN?)",
        "COPY a | COPY requires at least two arguments, but only one was provided. Destination could not be determined",
        "COPY --form=x a b | unknown flag: --form (did you mean --from?)",
        "CMD [1] | when using JSON array syntax, arrays must be comprised of strings only",
        "ENV a=1 b | Syntax error - can't find = in \"b\". Must be of the form: name=value",
        "HEALTHCHECK CMD | Missing command after HEALTHCHECK CMD",
        "ONBUILD ONBUILD RUN x | Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
      })
  void refusals(String line, String message) {
    assertThatThrownBy(() -> first(line))
        .isInstanceOf(DockerfileException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "$a/${b} | 1/",
        "${b:-x$a} | x1",
        "${a:+set} | set",
        "'$a' | $a",
        "\"$a b\" | 1 b",
        "\\$a | $a",
        "${p#*/} | b/c",
        "${p##*/} | c",
        "${p%/*} | a/b",
        "${p/b/X} | a/X/c",
        "${p//\\//-} | a-b-c",
      })
  void expansion(String word, String result) {
    assertThat(
            Words.expand(
                word,
                name ->
                    switch (name) {
                      case "a" -> Optional.of("1");
                      case "p" -> Optional.of("a/b/c");
                      default -> Optional.empty();
                    },
                '\\'))
        .isEqualTo(result);
  }

  @Test
  void aVariableThatMustBeSetSaysSo() {
    assertThatThrownBy(() -> Words.expand("${x:?give x}", _ -> Optional.empty(), '\\'))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give x");
  }

  @Test
  void theLastIgnoreRuleDecides() {
    IgnoreRules rules =
        IgnoreRules.parse(
            "# no\n*.log\n**/tmp\n!keep.log\n/out\n".getBytes(StandardCharsets.UTF_8));

    assertThat(rules.ignores("a.log")).isTrue();
    assertThat(rules.ignores("keep.log")).isFalse();
    assertThat(rules.ignores("d/a.log")).isFalse();
    assertThat(rules.ignores("d/e/tmp/x")).isTrue();
    assertThat(rules.ignores("out/x")).isTrue();
  }
}
