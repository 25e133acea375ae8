package dev.jbuild.solve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopySourcesTest {
  @ParameterizedTest
  @CsvSource({
    "http://h/a/b.txt,b.txt",
    "http://h/a/,a",
    "http://h/a%20b?x=/c#d/e,a b",
    "http://h,__unnamed__",
    "http://h/,__unnamed__",
    "http://h?x=/y,__unnamed__",
    "http://h/..,__unnamed__",
    "http://h/a%2Fb,__unnamed__"
  })
  void theNameOfAFileAtAnAddress(String address, String name) {
    assertThat(CopySources.fileName(address)).isEqualTo(name);
  }
}
