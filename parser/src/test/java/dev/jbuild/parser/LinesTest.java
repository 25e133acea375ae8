package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines, directives, flags and here-documents, as moby/buildkit cuts them. */
class LinesTest {
  private static List<RawInstruction> outline(String text) {
    return DockerfileParser.outline(text.getBytes(StandardCharsets.UTF_8));
  }

  private static RawInstruction only(String text) {
    List<RawInstruction> all = outline(text);
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static Dockerfile parse(String text) {
    return DockerfileParser.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void directivesEndAtTheFirstLineThatIsNone() {
    Dockerfile file =
        parse(
            "\uFEFF#  Syntax = docker/dockerfile:1 extra\n# CHECK=skip=all\n# a=b\n# escape=`\nFROM a\n");

    assertThat(file.directives())
        .isEqualTo(
            new Directives('\\', Optional.of("docker/dockerfile:1"), Optional.of("skip=all")));
    assertThat(parse("# escape=`\nFROM a\nRUN b `\n c\\\n").escape()).isEqualTo('`');
    assertThat(parse("\n# escape=`\nFROM a\n").escape()).isEqualTo('\\');
  }

  @Test
  void aShebangHidesEscapeAlone() {
    Dockerfile file = parse("#!/usr/bin/env x\n# syntax=y\n# escape=`\nFROM a\n");

    assertThat(file.directives().syntax()).contains("y");
    assertThat(file.escape()).isEqualTo('\\');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "RUN a\\N  b | a  b",
        "RUN a \\ N b | a  b",
        "RUN a \\TN b | a  b",
        "RUN a\\\\N | a\\\\",
        "RUN a \\N# no\\NN   # no\\N b | a  b",
        "RUN a # b | a # b",
        "RUN a \\N | a",
        "RUN a \\RNb | a b",
        "  RUN   a | a",
        "run\ta | a",
        "RUN \\N a | a",
      })
  void continuations(String written, String argument) {
    String text =
        written.replace('N', '\n').replace("RU\n", "RUN").replace('T', '\t').replace("R\n", "\r\n");
    assertThat(only(text).args()).containsExactly(argument);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "RUN --a=b --c d | --a=b --c | d",
        "RUN --a=\"b c\" d | --a=b c | d",
        "RUN --a='b c'd e | --a=b cd | e",
        "RUN --a=b\\ c d | --a=b c | d",
        "RUN --a -- --b | --a | --b",
        "RUN -- a | ^^ | a",
        "RUN -a --b | ^^ | -a --b",
        "RUN --a\\\"b c | --a\"b | c",
      })
  void flags(String line, String flags, String rest) {
    RawInstruction raw = only(line);

    assertThat(String.join(" ", raw.flags())).isEqualTo(flags);
    assertThat(raw.args()).containsExactly(rest);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "CMD [\"a\", \"b\\n\\u0041\"] | true | a;b~A",
        "CMD  [ ] | true | ^^",
        "CMD [\"a\",] | false | [\"a\",]",
        "CMD ['a'] | false | ['a']",
        "CMD [\"a\"] b | false | [\"a\"] b",
        "CMD [\"a\\x\"] | false | [\"a\\x\"]",
        "CMD \"a\" | false | \"a\"",
        "COPY [\"a b\", \"c\"] | true | a b;c",
        "COPY [a b | false | [a;b",
        "VOLUME /a /b | false | /a;/b",
        "HEALTHCHECK cmd [\"x\"] | true | cmd;x",
        "HEALTHCHECK CMD x  y | false | CMD;x  y",
        "EXPOSE 80\t 81 | false | 80;81",
      })
  void arraysAndTexts(String line, boolean json, String args) {
    RawInstruction raw = only(line);

    assertThat(raw.json()).isEqualTo(json);
    assertThat(String.join(";", raw.args()).replace('\n', '~')).isEqualTo(args);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "ENV a=b c=\"d e\" f='g h' | a=b;c=\"d e\";f='g h'",
        "ENV a=b\\ c | a=b\\ c",
        "ENV a b c=d | a=b c=d",
        "ENV a  \"b c\" | a=\"b c\"",
        "ENV a=b\\ | a=b",
        "ENV a= | a=",
        "ENV a=b=c | a=b=c",
        "ENV 'a b'=c | 'a b'=c",
        "ENV \"a b\" c | \"a=b\" c",
        "LABEL a.b-c=\"x\\\"y z\" | a.b-c=\"x\\\"y z\"",
        "ARG a b=c d=\"e f\" | a;b=c;d=\"e f\"",
        "ARG --x a | a",
      })
  void pairs(String line, String args) {
    assertThat(String.join(";", only(line).args())).isEqualTo(args);
  }

  @Test
  void hereDocumentsKeepTheirBodies() {
    RawInstruction raw = only("RUN cat <<A 3<<-\"B\" && x << 'C D'\n$a\nA\n\tb\n\tB\nA\nC D\r\n");

    assertThat(raw.heredocs())
        .containsExactly(
            new Heredoc("A", 0, true, false, "$a\n"),
            new Heredoc("B", 3, false, true, "\tb\n"),
            new Heredoc("C D", 0, false, false, "A\n"));
    assertThat(raw.span()).isEqualTo(new Span(1, 7));
    assertThat(raw.heredocs().get(1).body()).isEqualTo("b\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "RUN cat <<<A",
        "RUN cat a<<A",
        "RUN echo '<<A'",
        "RUN echo \"<<A",
        "RUN echo ${#x} <<A",
        "RUN [\"<<A\"]",
        "CMD <<A",
        "ENV a=<<A",
        "RUN cat <<",
      })
  void whatIsNoHereDocument(String line) {
    assertThat(only(line).heredocs()).isEmpty();
  }

  @Test
  void copiesTakeHereDocumentsAsSources() {
    Instruction.Copy copy =
        (Instruction.Copy)
            parse("FROM a\nCOPY x <<A <<-B /to/\n1\nA\n\t2\nB\n")
                .stages()
                .getFirst()
                .instructions()
                .getFirst();

    assertThat(copy.sources()).containsExactly("x");
    assertThat(copy.heredocs()).extracting(Heredoc::name).containsExactly("A", "B");
    assertThat(copy.target()).isEqualTo("/to/");
  }

  @Test
  void triggersAreKeptAsWritten() {
    List<Instruction> all =
        parse("FROM a\nONBUILD  run  a  b \nOnbuild COPY <<E /e\nx\nE\nONBUILD FOO bar\n")
            .stages()
            .getFirst()
            .instructions();

    assertThat(all)
        .extracting(i -> ((Instruction.Onbuild) i).text())
        .containsExactly("run  a  b ", "COPY <<E /e\nx\nE", "FOO bar");
    assertThat(DockerfileParser.parseInstruction("COPY <<E /e\nx\nE", '\\'))
        .isInstanceOfSatisfying(
            Instruction.Copy.class,
            copy -> assertThat(copy.heredocs().getFirst().content()).isEqualTo("x\n"));
  }

  @Test
  void flagsOfATriggerThatNobodyKnowsAreSeen() {
    RawInstruction onbuild = outline("FROM a\nONBUILD FOO --bar --baz=1 x\n").getLast();

    assertThat(onbuild.trigger().orElseThrow().flags()).containsExactly("--bar", "--baz=1");
  }

  @Test
  void commentsAboveBelongToWhatFollows() {
    Dockerfile file =
        parse(
            "# x\n#\n# NAME the name\nARG NAME OTHER\n\n# build it\n\nFROM a AS build\n# why\nRUN b\n");

    assertThat(file.docComment(file.globalArgs().getFirst(), "NAME")).contains("the name");
    assertThat(file.docComment(file.globalArgs().getFirst(), "OTHER")).isEmpty();
    assertThat(file.stages().getFirst().docComment()).contains("it");
    assertThat(file.commentsAbove(file.stages().getFirst().instructions().getFirst()))
        .containsExactly("why");
  }

  @Test
  void flagsThatBuildkitDoesNotLookAt() {
    assertThat(parse("FROM a\nSTOPSIGNAL --x SIGTERM\nHEALTHCHECK --y NONE\nARG --z a\n").stages())
        .hasSize(1);
  }

  @Test
  void aTriggerOfSeveralInstructionsIsRefused() {
    assertThatThrownBy(() -> DockerfileParser.parseInstruction("RUN a\nRUN b", '\\'))
        .isInstanceOf(DockerfileException.class)
        .hasMessageContaining("not a single instruction");
  }
}
