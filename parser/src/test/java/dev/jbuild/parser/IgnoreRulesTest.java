package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expectations are moby/patternmatcher's. */
class IgnoreRulesTest {
  private static IgnoreRules rules(String text) {
    return IgnoreRules.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo | foo | true",
        "foo | a/foo | false",
        "foo | foo/bar/baz | true",
        "/foo | foo | true",
        "./a//b/../c | a/c | true",
        "*.log | a.log | true",
        "*.log | d/a.log | false",
        "* | .hidden | true",
        "a?c | a/c | false",
        "a?c | aüc | true",
        "a?c | a😀c | true",
        "**/foo | foo | true",
        "**/foo | a/b/foo | true",
        "**/foo | a/xfoo | false",
        "**foo | a/xfoo | true",
        "**fo? | a/xfoo | false",
        "**fo? | a/foo | true",
        "**/*.go | x.go | true",
        "a/** | a | false",
        "a/** | a/b/c | true",
        "a** | ab/c | true",
        "a/**/z | a/z | true",
        "a/**/z | a/b/c/z | true",
        "a/**/z | a/b/c/y | false",
        "** | any/thing | true",
        "[a-c]x | bx | true",
        "[^a-c]x | bx | false",
        "[^a-c]x | dx | true",
        "[!a]x | !x | true",
        "[\\-x]y | -y | true",
        "\\*x | *x | true",
        "\\*x | ax | false",
        "a.b | axb | false",
        "*.b | axb | false",
        "\\dx | 1x | true",
        "\\bin | in | true",
        "\\bin | bin | false",
        "a.*\\ | a.x$y | true",
        "x*[a-] | x1- | true",
        "^a* | ab | true",
        "x*^a | a | false",
        "a{2}b? | aabc | true",
        "a{2}b? | aba | false",
        "*.{js,ts} | x.js | false",
        "x*[]b]& | x1]& | true",
        "a+(b)* | a+(b)c | true",
        "../a | a | false",
        ". | a | false",
        "/ | a | false",
      })
  void patterns(String pattern, String path, boolean ignored) {
    assertThat(rules(pattern + "\n").ignores(path)).isEqualTo(ignored);
    assertThat(IgnoreRules.of(List.of(pattern)).ignores(path)).isEqualTo(ignored);
  }

  @Test
  void aBarMeansWhatItDoesInARegularExpression() {
    assertThat(rules("a|b").ignores("a|b")).isTrue();
    assertThat(rules("a|b").ignores("a")).isFalse();
    assertThat(rules("a|b*").ignores("ax")).isTrue();
    assertThat(rules("a|[[&]b").ignores("x&b")).isTrue();
    assertThat(rules("a|[[&]b").ignores("xb")).isFalse();
  }

  @Test
  void theLastMatchDecides() {
    IgnoreRules rules = rules("*\n!docs\ndocs/secret*\n! docs/secret.md\n");

    assertThat(rules.ignores("a")).isTrue();
    assertThat(rules.ignores("docs/a/b")).isFalse();
    assertThat(rules.ignores("docs/secret.txt")).isTrue();
    assertThat(rules.ignores("docs/secret.md")).isFalse();
    assertThat(rules.hasReinclude()).isTrue();
  }

  @Test
  void onlyTheFirstColumnMakesAComment() {
    IgnoreRules rules = rules("\uFEFF#a\n #b\n\n  c  \r\n");

    assertThat(rules.ignores("#a")).isFalse();
    assertThat(rules.ignores("#b")).isTrue();
    assertThat(rules.ignores("c")).isTrue();
    assertThat(IgnoreRules.of(List.of("#a")).ignores("#a")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "a[", "[]a]", "[^]", "[-x]", "[x-]", "[a-b-c]", "a\\", "[b-a]"})
  void malformedPatternsAreNamed(String pattern) {
    assertThatThrownBy(() -> rules("ok\n" + pattern + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 2: syntax error in pattern: " + GoText.quote(pattern));
  }

  @Test
  void anExclamationMarkAloneIsRefused() {
    for (String alone : List.of("!", "! ", "!/", "!//")) {
      assertThatThrownBy(() -> rules(alone + "\n"))
          .hasMessage("line 1: illegal exclusion pattern: \"!\"");
    }
  }

  @Test
  void manyStarsDoNotMakeItSlow() {
    assertThat(rules("**/a".repeat(40) + "b*").ignores("a/".repeat(1000) + "c")).isFalse();
  }
}
