package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ContainerNamesTest {
  @Test
  void madeUpOnesAreTwoWordsAndDiffer() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      String name = ContainerNames.random(0);
      assertThat(name).matches("[a-z]+_[a-z]+");
      names.add(name);
    }
    assertThat(names).hasSizeGreaterThan(150);
    assertThat(ContainerNames.random(1)).matches("[a-z]+_[a-z]+[0-9]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "a1", "Web-1.b_c", "0x"})
  void goodOnes(String name) {
    assertThat(ContainerNames.isValid(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", ".web", "-web", "a b", "../../etc", "wéb", "a/b", "a\nb"})
  void badOnes(String name) {
    assertThat(ContainerNames.isValid(name)).isFalse();
  }
}
