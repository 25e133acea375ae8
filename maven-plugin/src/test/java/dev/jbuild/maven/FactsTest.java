package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FactsTest {
  /** Of "digest" and a line's end. */
  private static final String DIGEST =
      "fdd33d7bf8cc80f223e30b4aa6c2ad705ffc7cf1a77697f37ed7232bc74484b0";

  @TempDir private Path temp;

  @BeforeEach
  void store() throws IOException {
    Files.writeString(temp.resolve("name"), "digest\n");
    Files.createDirectories(temp.resolve("layer"));
    Files.createSymbolicLink(temp.resolve("link"), Path.of("name"));
    Command.of("chmod", "644", temp.resolve("name")).check();
    Command.of("chmod", "755", temp.resolve("layer")).check();
  }

  private boolean stand(String... lines) throws IOException {
    Files.writeString(temp.resolve("1d"), "{}");
    String image = lines.length > 1 ? "\nfile\tSTORE/1d" : "";
    String text =
        String.join("\n", lines).replaceFirst("\n", image + "\n").replace("STORE", temp.toString());
    Path file = Files.writeString(temp.resolve("facts"), text + "\n");
    Map<String, String> environment = Map.of("V", "a\tb\\");
    return new Facts(environment, Path.of("/work/target/jbuild")).stand(file, "sha256:1d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env\tV\ta\\tb\\\\",
        "unset\tW",
        "text\tSTORE/name\tdigest\\n",
        "file\tSTORE/name",
        "folder\tSTORE/layer",
        "context\t/work/target/jbuild/app",
        "names\tSTORE/layer",
        "names\tSTORE\tlink\tlayer\tname\tfacts\t1d",
        "names\t/work/target/jbuild\tan earlier one",
        "dir\tSTORE/layer\t40755",
        "link\tSTORE/link\tname",
        "any\tSTORE/name\t100644",
        "none\tSTORE/none",
        "used\tSTORE/name\t100644\t\t" + DIGEST,
        "used\tSTORE/name\t100644\t7.1.1.1.1\t" + DIGEST,
      })
  void whatIsSoStands(String line) throws IOException {
    assertThat(stand("jbuild-facts 1", line, "end")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env\tV\ta",
        "env\tW\ta",
        "unset\tV",
        "text\tSTORE/name\tanother\\n",
        "text\tSTORE/none\tdigest\\n",
        "file\tSTORE/none",
        "folder\tSTORE/none",
        "folder\tSTORE/name",
        "context\t/work",
        "names\tSTORE/layer\tone",
        "names\tSTORE\tlink\tlayer\tname\tfacts",
        "names\tSTORE/none",
        "dir\tSTORE/layer\t40700",
        "dir\tSTORE/name\t40755",
        "link\tSTORE/link\tlayer",
        "link\tSTORE/name\tname",
        "any\tSTORE/name\t100755",
        "any\tSTORE/none\t100644",
        "none\tSTORE/link",
        "used\tSTORE/name\t100755\t\t" + DIGEST,
        "used\tSTORE/name\t100644\t\t0" + DIGEST,
        "used\tSTORE/none\t100644\t\t" + DIGEST,
        "used\tSTORE/name",
        "something\tnew",
        "file",
        "",
      })
  void whatIsNotOrIsNotKnownDoesNot(String line) throws IOException {
    assertThat(stand("jbuild-facts 1", line, "end")).isFalse();
  }

  @Test
  void whatWasReadOnceIsKnownByItsStatTheNextTime() throws IOException {
    Path facts = temp.resolve("facts");
    Files.setLastModifiedTime(temp.resolve("name"), FileTime.fromMillis(0));
    String line = "used\tSTORE/name\t100644\t\t" + DIGEST;
    Command.of("sleep", "0.03").check();
    assertThat(stand("jbuild-facts 1", line, "end")).isTrue();
    String learnt = Files.readString(facts);
    assertThat(learnt).contains("\t100644\t7.0.").doesNotContain("\t\t");

    String wrong = learnt.replace(DIGEST, "0".repeat(64));
    assertThat(stand(wrong.strip().split("\n"))).as("not read again").isTrue();
    Files.writeString(temp.resolve("name"), "Digest\n");
    assertThat(stand(learnt.strip().split("\n"))).isFalse();
  }

  @Test
  void thoseOfAnotherImageDoNot() throws IOException {
    Path file = Files.writeString(temp.resolve("facts"), "jbuild-facts 1\nunset\tW\nend\n");

    assertThat(new Facts(Map.of(), temp).stand(file, "sha256:1d")).isFalse();
  }

  @Test
  void halfAFileAndAnotherVersionsDoNot() throws IOException {
    assertThat(stand("jbuild-facts 1", "unset\tW")).isFalse();
    assertThat(stand("jbuild-facts 2", "unset\tW", "end")).isFalse();
    assertThat(new Facts(Map.of(), temp).stand(temp.resolve("none"), "sha256:1d")).isFalse();
  }
}
