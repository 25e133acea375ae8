package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expectations are those of Go's filepath.Match. */
class NamePatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "abc abc true",
        "*c abc true",
        "a* a true",
        "a* ab/c false",
        "a*/b abc/b true",
        "a*/b a/c/b false",
        "a*b*c*d*e* axbxcxdxexxx true",
        "a*b?c*x abxbbxdbxebxczzx true",
        "a*b?c*x abxbbxdbxebxczzy false",
        "ab[c] abc true",
        "ab[b-d] abc true",
        "ab[e-g] abc false",
        "ab[^b-d] abc false",
        "[!a]b xb false",
        "[a-ζ]* α true",
        "a?b a☺b true",
        "a??b a☺b false",
        "a???b a☺b false",
        "?😀x é😀x true",
        "a\\*b a*b true",
        "a\\*b ab false",
        "[\\]a] ] true",
        "[x\\-] - true",
        "[\\-x] a false",
        "*x xxx true",
        "** a/b false",
      })
  void names(String pattern, String name, boolean matches) {
    assertThat(NamePattern.matches(pattern, name)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "a\\", "[a\\"})
  void whatIsMalformedIsSaid(String pattern) {
    assertThatThrownBy(() -> NamePattern.matches(pattern, "a"))
        .hasMessage("syntax error in pattern: " + GoText.quote(pattern));
  }

  @Test
  void whatLiesBehindAMismatchIsNotLookedAt() {
    assertThat(NamePattern.matches("x*[", "a")).isFalse();
    assertThatThrownBy(() -> NamePattern.matches("x[", "a")).hasMessageContaining("syntax error");
  }
}
