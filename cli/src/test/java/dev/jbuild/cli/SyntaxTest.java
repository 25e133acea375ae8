package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SyntaxTest {
  private final Syntax syntax =
      new Syntax("run", "IMAGE [COMMAND] [ARG...]", "Run a command")
          .flag("-i --interactive", "Keep stdin")
          .flag("-t --tty", "A terminal")
          .flag("--rm", "Remove")
          .value("--name", "string", "Its name")
          .values("-e --env", "list", "Variables")
          .acceptedFlags("--old")
          .operands(1, Integer.MAX_VALUE)
          .endAtOperand();

  private Arguments parse(String... arguments) {
    return syntax.parse(List.of(arguments));
  }

  @Test
  void flagsClusterAndValuesAttach() {
    Arguments given = parse("-ite", "A=1", "-eB=2", "--env=C=3", "--name", "-x", "image");
    assertThat(given.flag("-i")).isTrue();
    assertThat(given.flag("--tty")).isTrue();
    assertThat(given.values("--env")).containsExactly("A=1", "B=2", "C=3");
    assertThat(given.value("--name")).contains("-x");
    assertThat(given.operands()).containsExactly("image");
  }

  @Test
  void whatFollowsTheFirstOperandBelongsToIt() {
    Arguments given = parse("--rm", "image", "sh", "-c", "--rm=false", "--help", "@file", "${x}");
    assertThat(given.operands())
        .containsExactly("image", "sh", "-c", "--rm=false", "--help", "@file", "${x}");
    assertThat(given.flag("--rm")).isTrue();
    assertThat(syntax.helpWanted(List.of("image", "--help"))).isFalse();
    assertThat(syntax.helpWanted(List.of("--rm", "--help"))).isTrue();
  }

  @Test
  void flagsMayHaveAValue() {
    assertThat(parse("--rm=false", "image").flag("--rm")).isFalse();
    assertThat(parse("--rm=1", "image").flag("--rm")).isTrue();
    assertThat(parse("-e", "--rm=false", "--rm", "image").flag("--rm")).isTrue();
    assertThat(parse("--rm", "true").operands()).containsExactly("true");
    assertThatThrownBy(() -> parse("--rm=maybe", "image"))
        .hasMessageContaining("invalid argument \"maybe\" for \"--rm\" flag");
  }

  @Test
  void ofOptionsGivenTwiceTheLastCounts() {
    assertThat(parse("--name", "a", "--name=b", "image").value("--name")).contains("b");
  }

  /** Whatever way a line goes, by itself or by picocli, it means the same. */
  @Test
  void rareSpellingsAreUnderstoodToo() {
    assertThat(parse("--rm=TRUE", "-i=f", "-te=A=1", "image").flag("--rm")).isTrue();
    assertThat(parse("--rm=T", "--rm=false", "image").flag("--rm")).isFalse();
    assertThat(parse("--rm=T", "-i=F", "-e", "A", "image").flag("-i")).isFalse();
    assertThat(parse("--rm=T", "--env", "A", "-eB", "image").values("-e"))
        .containsExactly("A", "B");
  }

  @Test
  void problemsAreNamed() {
    assertThatThrownBy(() -> parse("--name"))
        .hasMessageStartingWith("flag needs an argument: --name");
    assertThatThrownBy(() -> parse("--nmae", "x", "i"))
        .hasMessageStartingWith("unknown flag: --nmae; did you mean --name?");
    assertThatThrownBy(() -> parse("-z", "i"))
        .hasMessageStartingWith("unknown shorthand flag: 'z' in -z");
    assertThatThrownBy(this::parse)
        .hasMessageStartingWith("'jbuild run' requires at least 1 argument\n\nUsage:  jbuild run");
    assertThatThrownBy(
            () -> new Syntax("tag", "A B", "").operands(2, 2).parse(List.of("a", "b", "c")))
        .hasMessageStartingWith("'jbuild tag' requires 2 arguments");
  }

  @Test
  void helpIsLaidOutAsDockers() {
    assertThat(syntax.help())
        .isEqualTo(
            """
            Usage:  jbuild run [OPTIONS] IMAGE [COMMAND] [ARG...]

            Run a command

            Options:
              -e, --env list      Variables
                  --help          Print this help
              -i, --interactive   Keep stdin
                  --name string   Its name
                  --rm            Remove
              -t, --tty           A terminal
            """);
  }
}
