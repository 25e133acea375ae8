package dev.jbuild.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A second exec like the first is run by the shim alone, for as long as everything that it depends
 * on stands. Whether Java had a part in a call is seen by giving it an option that it refuses.
 */
@EndToEnd
final class ExecShortcutTest {
  private static final String NAME = "shortcut";

  private Jbuild jbuild;

  @BeforeEach
  void container(Jbuild program, Folder context) {
    jbuild = program;
    context.dockerfile(
        """
        FROM busybox
        RUN mkdir -p /etc && echo 'root:x:0:0::/root:/bin/sh' > /etc/passwd \\
          && echo 'app:x:1000:1000::/home/app:/bin/sh' >> /etc/passwd && touch -d 2020-01-01 /etc/passwd
        ENV KEY=value
        USER app
        WORKDIR /srv
        """);
    jbuild.check("build", "-t", "shortcut", context);
    jbuild.check("run", "-d", "--name", NAME, "shortcut", "sleep", "1000");
    jbuild.check("exec", NAME, "true");
  }

  @AfterEach
  void remove() {
    jbuild.check("rm", "-f", NAME);
  }

  private Command withoutJava(Object... arguments) {
    return jbuild.command(arguments).with("JBUILD_JAVA_OPTS", "-XX:NoSuchOption");
  }

  private void assertNeedsJava(Object... arguments) {
    assertThat(withoutJava(arguments).run().err()).contains("NoSuchOption");
  }

  private static List<String> sorted(String lines) {
    return lines.lines().sorted().toList();
  }

  @Test
  void isWhatJavaWouldHaveDone() {
    String show =
        "env; pwd; id; cat /proc/self/status | grep -E '^(Cap|Seccomp|NoNewPrivs|Groups)'";
    String byJava =
        jbuild.command("exec", NAME, "sh", "-c", show).with("JBUILD_SHORTCUT", "off").check().out();
    String byShim = withoutJava("exec", NAME, "sh", "-c", show).check().out();

    assertThat(sorted(byShim)).isEqualTo(sorted(byJava)).contains("KEY=value", "/srv");
  }

  @Test
  void hasExitCodesStdinAndEvents() {
    assertThat(withoutJava("exec", NAME, "sh", "-c", "exit 7").run().code()).isEqualTo(7);
    assertThat(withoutJava("exec", NAME, "no-such").run().code()).isEqualTo(127);
    byte[] typed = "typed".getBytes(UTF_8);
    assertThat(withoutJava("exec", "-i", NAME, "cat").input(typed).check().out())
        .isEqualTo("typed");
    assertThat(withoutJava("exec", NAME, "cat").input(typed).check().out()).isEmpty();

    String events = jbuild.check("events", "--since", "1h", "--until", "0s").out();
    assertThat(events).contains("exec_create: sh -c exit 7", "exec_die", "exitCode=7");
  }

  @Test
  void findsAContainerByTheBeginningOfItsId() {
    String id = jbuild.check("ps", "-q").out().strip();

    assertThat(withoutJava("exec", id, "echo", "found").check().out()).isEqualTo("found\n");
  }

  @Test
  void leavesAllElseToJava() {
    List<List<Object>> calls =
        List.of(
            List.of("exec", "-u", "0", NAME, "true"),
            List.of("exec", "-e", "A=b", NAME, "true"),
            List.of("exec", "-w", "/", NAME, "true"),
            List.of("exec", "-d", NAME, "true"),
            List.of("exec", "--privileged", NAME, "true"),
            List.of("exec", "nobody-has-this-name", "true"),
            List.of("exec", NAME),
            List.of("exec", "--help"));

    for (List<Object> call : calls) {
      assertNeedsJava(call.toArray());
    }
    Outcome unknown = jbuild.run("exec", "nobody-has-this-name", "true");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("No such container: nobody-has-this-name");
  }

  @Test
  void aUserWhoIsAnotherByNowIsLookedUpAgain() {
    jbuild.check("exec", "-u", "0", NAME, "sed", "-i", "s/1000:1000/2000:2000/", "/etc/passwd");

    assertNeedsJava("exec", NAME, "id", "-u");
    assertThat(jbuild.check("exec", NAME, "id", "-u").out()).isEqualTo("2000\n");
  }

  @Test
  void aContainerThatHasAnotherNameOrStateIsLookedAtAgain() {
    jbuild.check("pause", NAME);
    assertNeedsJava("exec", NAME, "true");
    assertThat(jbuild.run("exec", NAME, "true").err()).contains("is paused");
    jbuild.check("unpause", NAME);
    withoutJava("exec", NAME, "true").check();

    jbuild.check("rename", NAME, "other");
    assertNeedsJava("exec", "other", "true");
    jbuild.check("rename", "other", NAME);

    jbuild.check("stop", "-t", "0", NAME);
    assertNeedsJava("exec", NAME, "true");
    jbuild.check("start", NAME);
    assertNeedsJava("exec", NAME, "true");
    jbuild.check("stop", "-t", "0", NAME);
    assertThat(jbuild.run("exec", NAME, "true").err()).contains("is not running");
  }

  @Test
  void manyAtOnceGetTheirOwnOutput() throws Exception {
    List<Command.Running> running = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      running.add(withoutJava("exec", NAME, "echo", i).start());
    }
    for (int i = 0; i < 20; i++) {
      assertThat(running.get(i).await().out()).isEqualTo(i + "\n");
    }
  }
}
