package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expectations are those of moby/buildkit's shell lexer. */
class WordsTest {
  private static final Map<String, String> ENV =
      Map.of(
          "a",
          "1",
          "empty",
          "",
          "p",
          "/usr/lib/libfoo.tar.gz",
          "star",
          "a*b",
          "two",
          "x y",
          "é",
          "accent",
          "bb",
          "abcabc");

  private static Optional<String> env(String name) {
    return Optional.ofNullable(ENV.get(name));
  }

  private static String expand(String word) {
    return Words.expand(word, WordsTest::env, '\\');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "$a | 1",
        "x${a}y | x1y",
        "$é | accent",
        "$ | $",
        "a$ | a$",
        "$1x | x",
        "$@x | x",
        "${-} | ^^",
        "${none} | ^^",
        "${empty-x} | ^^",
        "${empty:-x} | x",
        "${none:-${a}b} | 1b",
        "${a+set} | set",
        "${empty:+set} | ^^",
        "${none:-'}'} | }",
        "${none:-\"}\"} | }",
        "${none:-\\}} | }",
        "'$a' | $a",
        "\"$a\" | 1",
        "\"\\$a \\n \\\\\" | $a \\n \\",
        "\\$a | $a",
        "a\\ | a",
        "${p#*/} | usr/lib/libfoo.tar.gz",
        "${p##*/} | libfoo.tar.gz",
        "${p%.*} | /usr/lib/libfoo.tar",
        "${p%%.*} | /usr/lib/libfoo",
        "${p#nothing} | /usr/lib/libfoo.tar.gz",
        "${p/lib/LIB} | /usr/LIB/libfoo.tar.gz",
        "${p//lib/L} | /usr/L/Lfoo.tar.gz",
        "${p//\\//-} | -usr-lib-libfoo.tar.gz",
        "${p/l*o/X} | /usr/X.tar.gz",
        "${bb//a/} | bcbc",
        "${bb//?/x} | xxxxxx",
        "${bb///-} | -a-b-c-a-b-c-",
        "${bb//*/x} | x",
        "${star#a\\*} | b",
        "${star%\\**} | a",
        "${none#x} | ^^",
        "${+x} | ^^",
        "${p#$a$none/} | /usr/lib/libfoo.tar.gz",
      })
  void expansion(String word, String result) {
    assertThat(expand(word)).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "${} | syntax error: bad substitution",
        "${:x} | syntax error: bad substitution",
        "${{x}} | syntax error: bad substitution",
        "${a | syntax error: missing '}'",
        "${a:-b | syntax error: missing '}'",
        "${a/b} | syntax error: missing '/' in ${}",
        "${a/b/c | syntax error: missing '}'",
        "${a b} | unsupported modifier ( ) in substitution",
        "${a:#b} | unsupported modifier (:#) in substitution",
        "${a:b} | unsupported modifier (:b) in substitution",
        "${none:?} | none: is not allowed to be unset",
        "${empty:?} | empty: is not allowed to be empty",
        "${none?give it} | none: give it",
        "${a#\\x} | invalid pattern (\\x) in substitution: invalid escape '\\x'",
        "'a | unexpected end of statement while looking for matching single-quote",
        "\"a | unexpected end of statement while looking for matching double-quote",
      })
  void refusals(String word, String message) {
    assertThatThrownBy(() -> expand(word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void theEscapeCharacterMayBeABacktick() {
    assertThat(Words.expand("`$a c:\\x `'", WordsTest::env, '`')).isEqualTo("$a c:\\x '");
  }

  @Test
  void blanksSeparateWordsButForQuotedOnes() {
    assertThat(Words.expandToList(" $two 'a b' c\\ d \"$two\"", WordsTest::env, '\\'))
        .containsExactly("x", "y", "a b", "c d", "x y");
    assertThat(Words.expandToList("80 443", WordsTest::env, '\\')).containsExactly("80", "443");
  }

  /** BuildKit loses what stands before a substitution with a word of its own; EXPOSE shows it. */
  @Test
  void aNestedWordClearsTheOneThatIsOpen() {
    assertThat(Words.expandToList("a${none:-b}c", WordsTest::env, '\\')).isEqualTo(List.of("bc"));
  }

  @Test
  void quotesMeanNothingInTexts() {
    assertThat(Words.expandText("it's \"$a\" \\$a \\n ${a}", WordsTest::env))
        .isEqualTo("it's \"1\" $a n 1");
  }

  @Test
  void deepNestingIsRefusedAndNotADeepStack() {
    assertThatThrownBy(() -> expand("${a:-".repeat(20_000)))
        .hasMessage("substitutions are nested too deeply");
    assertThat(expand("${none:-".repeat(100) + "x" + "}".repeat(100))).isEqualTo("x");
  }

  @Test
  void longPatternsAndValuesTakeNoLongTime() {
    String value = "ab".repeat(20_000);
    assertThat(Words.expand("${v//" + "*a".repeat(50) + "c/x}", _ -> Optional.of(value), '\\'))
        .isEqualTo(value);
  }
}
