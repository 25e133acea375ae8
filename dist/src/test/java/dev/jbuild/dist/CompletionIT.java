package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the shells offer for a line, asked from the shells themselves. */
final class CompletionIT {
  @TempDir private static Path temp;
  private static Path home = Path.of("");

  /** A jbuild that has some of everything, so that nothing depends on this machine. */
  @BeforeAll
  static void program() throws IOException {
    home = Made.unpack(temp);
    Path program = temp.resolve("bin/jbuild");
    Files.createDirectories(program.getParent());
    Files.writeString(
        program,
        """
        #!/bin/sh
        case $1 in
          images) printf 'app:1\\nlocalhost:5000/team/tool:2\\n' ;;
          ps) printf 'web\\ndb\\n' ;;
          volume) echo data ;;
          network) echo front ;;
        esac
        """);
    Command.of("chmod", "755", program).check();
    Files.createDirectories(temp.resolve("work"));
    Files.writeString(temp.resolve("work/a file"), "");
    Files.writeString(
        temp.resolve(".zshrc"),
        """
        PATH=%s:$PATH
        fpath=(%s/share/zsh/site-functions $fpath)
        autoload -U compinit && compinit -u -D
        compadd() {
          # what others only ask for is no offer
          if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
          local -a offered
          builtin compadd -A offered "$@"
          print -rl -- $offered >>$OFFERED
          builtin compadd "$@"
        }
        offer() { _main_complete; print END >>$OFFERED; exit }
        zle -C offer complete-word offer
        bindkey '^I' offer
        print BEGIN >>$OFFERED
        """
            .formatted(program.getParent(), home));
  }

  private static Command shell(Object... words) {
    return Command.of(words)
        .in(temp.resolve("work"))
        .with("PATH", temp.resolve("bin") + ":/usr/bin:/bin")
        .with("HOME", temp)
        .with("TERM", "xterm");
  }

  private static List<String> sorted(String said) {
    return said.lines().map(String::strip).filter(l -> !l.isEmpty()).distinct().sorted().toList();
  }

  private static List<String> bash(String line) {
    String script =
        """
        . "$1/share/bash-completion/completions/jbuild"
        COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:' COMP_LINE=$2 COMP_POINT=${#2}
        _jbuild
        printf '%s\\n' "${COMPREPLY[@]}"
        """;
    return sorted(shell("bash", "--norc", "-c", script, "bash", home, line).check().out());
  }

  private static List<String> fish(String line) {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/fish")), "fish is not installed");
    String script =
        "source $argv[1]/share/fish/vendor_completions.d/jbuild.fish; complete -C \"$argv[2]\"";
    String said = shell("fish", "-N", "-c", script, home, line).check().out();
    return sorted(said.replaceAll("\t.*", ""));
  }

  private static List<String> zsh(String line) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "zsh is not installed");
    Path offered = temp.resolve("offered");
    Files.deleteIfExists(offered);
    String script =
        """
        zmodload zsh/zpty
        zpty z zsh -i
        wait_for() { repeat 600; do grep -qs $1 $OFFERED && return; sleep 0.05; done }
        wait_for BEGIN
        zpty -w -n z "$1"$'\\t'
        wait_for END
        zpty -d z
        """;
    shell("zsh", "-f", "-c", script, "zsh", line)
        .with("ZDOTDIR", temp)
        .with("OFFERED", offered)
        .check();
    String said = Files.readString(offered);
    assertThat(said).startsWith("BEGIN\n").endsWith("END\n");
    // as it would be typed
    return sorted(said.substring(6, said.length() - 4).replace("\\", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jbuild buil | build builder",
        "jbuild network conn | connect",
        "jbuild build --no-cache- | --no-cache-filter",
        "jbuild build --progress pl | plain",
        "jbuild -t x --build-c | --build-context",
        "jbuild --root /tmp/x hist | history",
        "jbuild run --rm ap | app:1",
        "jbuild run --network fr | front",
        "jbuild run --rm app:1 a | 'a file'",
        "jbuild rm d | db",
        "jbuild volume rm d | data",
        "jbuild volume create d | ''",
        "jbuild network connect fr | front",
        "jbuild network connect front w | web",
        "jbuild push ap | app:1",
        "jbuild image inspect w | ''",
        "jbuild inspect w | web",
      })
  void allShellsOfferTheSame(String line, String offers) throws IOException {
    List<String> expected =
        offers.equals("a file") ? List.of(offers) : sorted(offers.replace(' ', '\n'));
    assertThat(bash(line)).as("bash").isEqualTo(expected);
    assertThat(fish(line)).as("fish").containsAll(expected);
    assertThat(zsh(line)).as("zsh").isEqualTo(expected);
  }

  @Test
  void bashGetsOnlyWhatFollowsTheColonsAndEqualsSignsThatItEndsWordsAt() {
    assertThat(bash("jbuild run localhost:5")).containsExactly("5000/team/tool:2");
    assertThat(bash("jbuild run localhost:5000/team/tool:")).containsExactly("2");
    assertThat(bash("jbuild build --progress=raw")).containsExactly("rawjson");
  }

  @Test
  void theManualHasNoMistakes() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "groff is not installed");
    String script = "exec groff -man -ww -Tutf8 -z share/man/man1/*.1 2>&1";

    assertThat(Command.of("sh", "-c", script).in(home).check().out()).isEmpty();
  }
}
