package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Checkout;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code ./jbuild} does before there is a JVM. */
@EndToEnd(needs = {"unshare", "mount"})
final class LauncherTest {
  /** Not JUnit's, which warns of every link out of it. */
  private Path temp = Path.of("");

  @BeforeEach
  void room(Folder folder) {
    temp = folder.path();
  }

  @Test
  void worksThroughALinkAndFromAnywhere(Jbuild jbuild) throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("jb"), jbuild.launcher());

    Outcome outcome =
        Command.of("./jb", "version")
            .in(temp)
            .with("JBUILD_ROOT", jbuild.store())
            .with("JBUILD_REBUILD", "never")
            .check();

    assertThat(outcome.out()).isEqualTo(jbuild.check("version").out());
    assertThat(link).isSymbolicLink();
  }

  @Test
  void anOlderJavaInJavaHomeAndOnThePathDoesNotMatter(Jbuild jbuild) throws Exception {
    Path old = temp.resolve("old");
    Files.createDirectories(old.resolve("bin"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    Files.createSymbolicLink(old.resolve("bin/java"), Path.of("/bin/false"));

    Outcome outcome =
        jbuild
            .command("version")
            .with("JAVA_HOME", old)
            .with("PATH", old.resolve("bin") + ":" + System.getenv("PATH"))
            .check();

    assertThat(outcome.out()).isEqualTo(jbuild.check("version").out());
  }

  @Test
  void withoutJdk25SaysWhichPackageToInstall(Jbuild jbuild) {
    String hide = "mount -t tmpfs none /usr/lib/jvm && exec \"$@\"";
    Command call =
        Command.of("unshare", "-m", "sh", "-c", hide, "sh", copy("jdk"), "version")
            .without("JAVA_HOME")
            .with("HOME", temp);

    Outcome outcome = call.with("JBUILD_ROOT", jbuild.store()).run();

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.err())
        .contains("JDK 25 was not found")
        .contains("apt-get install openjdk-25-jdk");
  }

  @Test
  void withoutMavenTheFirstCallSaysWhichPackageToInstall(Jbuild jbuild) throws Exception {
    Path programs = Files.createDirectory(temp.resolve("programs"));
    try (Stream<Path> installed = Files.list(Path.of("/usr/bin"))) {
      for (Path program : installed.filter(Files::isRegularFile).toList()) {
        if (!program.getFileName().toString().startsWith("mvn")) {
          Files.createSymbolicLink(programs.resolve(program.getFileName()), program);
        }
      }
    }

    Outcome outcome =
        Command.of(copy("maven"), "version")
            .with("PATH", programs)
            .with("JBUILD_ROOT", jbuild.store())
            .run();

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.err()).contains("apt-get install maven");
  }

  @Test
  void aBuildThatFailsNamesItsLog(Jbuild jbuild) {
    Path copy = copy("broken");
    Command.of("sh", "-c", "echo '<broken' > \"$1\"", "sh", copy.resolveSibling("pom.xml")).check();

    Outcome outcome = Command.of(copy, "version").with("JBUILD_ROOT", jbuild.store()).run();

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.err())
        .contains("the build failed")
        .contains(".jbuild/build.log")
        .contains("[ERROR]");
    assertThat(copy.resolveSibling(".jbuild/build.log")).isNotEmptyFile();
  }

  /** The launcher alone, in a checkout that is not built. */
  private Path copy(String name) {
    Path checkout = temp.resolve(name);
    Command.of("mkdir", checkout).check();
    Command.of(
            "cp",
            "-R",
            Checkout.root().resolve("jbuild"),
            Checkout.root().resolve("build"),
            checkout)
        .check();
    return checkout.resolve("jbuild");
  }
}
