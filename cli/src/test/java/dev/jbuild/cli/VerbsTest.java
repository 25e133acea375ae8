package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The words that may come first on a command line. */
final class VerbsTest {
  static List<String> names() {
    return Verbs.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void whatIsListedIsThere(String name) {
    List<String> members = Verbs.commands(name);
    if (members.isEmpty()) {
      assertThat(Verbs.find(List.of(name)).verb().syntax().help()).contains("jbuild " + name);
    }
    for (String member : members) {
      assertThat(Verbs.find(List.of(name, member)).verb().syntax().help())
          .as("%s %s", name, member)
          .isNotBlank();
    }
  }

  @Test
  void aMisspeltVerbNamesTheOneThatWasMeant() {
    assertThatThrownBy(() -> Verbs.find(List.of("imagse")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Did you mean 'images'?");
  }

  @Test
  void aPathIsABuild() {
    assertThat(Verbs.find(List.of("./here")).verb()).isInstanceOf(BuildVerb.class);
  }
}
