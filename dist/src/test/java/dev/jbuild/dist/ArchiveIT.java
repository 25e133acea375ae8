package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as bytes: what is in it, and that it is the same every time. */
final class ArchiveIT {
  @TempDir private Path temp;

  private static List<String> listing() {
    return Command.of("tar", "-tvzf", Made.archive()).check().out().lines().toList();
  }

  @Test
  void itIsSmallEnoughToBeDownloadedInPassing() throws IOException {
    assertThat(Files.size(Made.archive())).isLessThan(80_000_000);
    assertThat(Files.size(Made.deb())).isLessThan(80_000_000);
  }

  @Test
  void everythingIsOwnedByRootAndNothingIsForOthersToWrite() {
    assertThat(listing())
        .allSatisfy(line -> assertThat(line).containsPattern("^[-ld]\\S+ root/root "))
        .filteredOn(line -> !line.startsWith("l"))
        .allSatisfy(line -> assertThat(line).matches("^.{5}-..-.*"));
  }

  @Test
  void itHasWhatAnInstallationNeeds() {
    String all = String.join("\n", listing()) + "\n";
    assertThat(all)
        .contains(
            "/bin/jbuild\n",
            "/lib/shim\n",
            "/runtime/bin/java\n",
            "/runtime/lib/server/classes.jsa\n",
            "/share/bash-completion/completions/jbuild\n",
            "/share/zsh/site-functions/_jbuild\n",
            "/share/fish/vendor_completions.d/jbuild.fish\n",
            "/share/man/man1/jbuild.1",
            "/share/man/man1/jbuild-build.1",
            "/share/doc/jbuild/apparmor-profile\n",
            "/share/doc/jbuild/licences/guava/LICENSE",
            "/share/doc/jbuild/licences/musl/LICENSE.txt\n",
            "/runtime/legal/java.base/");
    assertThat(all).as("no other machine's code").doesNotContain(".dylib", ".dll");
  }

  @Test
  void anotherFolderAndLanguageGiveTheSameBytes() throws Exception {
    Path target = temp.resolve("another target");
    Files.createDirectories(target);
    Path classes = Path.of("target/classes").toAbsolutePath();
    Command.of("cp", "-R", classes, target).check();
    String classPath = Files.readString(Path.of("target/class.path"));
    Command.of(Path.of(System.getProperty("java.home"), "bin/java"), "-cp", classPath)
        .and("dev.jbuild.dist.Main", Path.of("..").toAbsolutePath().normalize(), target)
        .and(System.getProperty("dist.version"), System.getProperty("dist.time"))
        .in(target)
        .with("LC_ALL", "C")
        .with("TZ", "Asia/Tokyo")
        .with("HOME", target)
        .check();
    for (Path first : List.of(Made.archive(), Made.deb())) {
      Path second = target.resolve(first.getFileName());
      assertThat(Files.mismatch(first, second)).as(first.getFileName().toString()).isEqualTo(-1);
    }
  }

  @Test
  void theManualHasAPageForEachVerbThatTheProgramHas() throws IOException {
    Path home = Made.unpack(temp);
    String help =
        Command.of(home.resolve("bin/jbuild"), "help", "--format", "json")
            .with("JBUILD_AOT", "off")
            .check()
            .out();
    Map<String, Path> pages = new TreeMap<>();
    try (Stream<Path> files = Files.list(home.resolve("share/man/man1"))) {
      files.forEach(file -> pages.put(file.getFileName().toString(), file));
    }
    for (CommandLine.Command command : CommandLine.parse(help).all()) {
      assertThat(pages).containsKey("jbuild-" + command.name().replace(' ', '-') + ".1");
    }
    assertThat(Files.readString(pages.getOrDefault("jbuild-build.1", Path.of("none"))))
        .contains(".TH", ".SH NAME", "\\-\\-build\\-arg");
  }

  @Test
  void aShellCompletesVerbsOptionsAndTheNamesOfImages() {
    Path home = Made.unpack(temp);
    String script =
        """
        . share/bash-completion/completions/jbuild
        jbuild() { [ "$1" = images ] && printf 'app:1\napp:2\n'; }
        complete() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=(); _jbuild; echo "${COMPREPLY[*]}"; }
        complete jbuild buil
        complete jbuild network conn
        complete jbuild build --no-cache-
        complete jbuild run --rm ap
        """;
    assertThat(Command.of("bash", "--norc", "-c", script).in(home).check().out())
        .isEqualTo("build builder\nconnect\n--no-cache-filter\napp:1 app:2\n");
  }
}
