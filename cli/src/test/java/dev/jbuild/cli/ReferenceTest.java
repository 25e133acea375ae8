package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReferenceTest {
  private final List<Json.Obj> commands = Reference.of("1").objects("commands");

  private Json.Obj command(String name) {
    return commands.stream()
        .filter(c -> c.text("name").equals(Optional.of(name)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aVerbHasItsOptionsAsTheHelpShowsThem() {
    List<Json.Obj> options = command("build").objects("options");

    assertThat(options)
        .anySatisfy(option -> {
          assertThat(option.texts("names")).containsExactly("-t", "--tag");
          assertThat(option.text("value")).contains("name[:tag]");
          assertThat(option.flag("repeatable")).isTrue();
        })
        .anySatisfy(option -> {
          assertThat(option.texts("names")).containsExactly("--no-cache");
          assertThat(option.text("value")).contains("");
        });
    assertThat(options).noneMatch(option -> option.texts("names").contains("--force-rm"));
  }

  @Test
  void aGroupHasItsVerbsAndOnlyThoseThatAreThere() {
    assertThat(command("image").objects("commands"))
        .extracting(c -> c.text("name").orElseThrow())
        .contains("image ls", "image rm")
        .allSatisfy(name -> Verbs.find(List.of(name.split(" ", -1))));
  }
}
