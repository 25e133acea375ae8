package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import org.junit.jupiter.api.Test;

/**
 * With {@code --no-cache} a RUN is digested while the next one runs on its files. What comes of it
 * is what comes of one after the other.
 */
@EndToEnd
final class NoCacheTest {
  /** Each step depends on the one before, in a way that a wrong lower layer would show. */
  private static final String CHAIN =
      """
      FROM busybox
      RUN mkdir -p /etc /d && echo 'root:x:0:0::/root:/bin/sh' > /etc/passwd && echo one > /d/one
      RUN test "$(cat /d/one)" = one && rm /d/one && echo two > /d/two
      RUN test ! -e /d/one && true
      RUN echo 'app:x:1000:1000::/home/app:/bin/sh' >> /etc/passwd
      RUN chmod 711 / && ln /d/two /d/three
      USER app
      RUN id -u > /tmp/id && echo "$HOME" >> /tmp/id
      USER root
      RUN rm -rf /d && mkdir /d && echo new > /d/new
      RUN ls /d > /listed && stat -c %a / >> /listed
      COPY Dockerfile /d/
      RUN ls /d >> /listed
      CMD ["cat", "/listed", "/tmp/id"]
      """;

  @Test
  void givesWhatOneAfterTheOtherGives(Jbuild jbuild, Folder context) {
    context.dockerfile(CHAIN);
    String ahead =
        jbuild.check("build", "-q", "--no-cache", "-t", "chain:ahead", context).out().strip();
    assertThat(jbuild.check("run", "--rm", "chain:ahead").out())
        .isEqualTo("new\n711\nDockerfile\nnew\n1000\n/home/app\n");

    // what was recorded is the same: nothing has to be done
    Outcome cached = jbuild.check("build", "--progress=plain", "-t", "chain:cached", context);
    assertThat(cached.err().lines().filter(line -> line.endsWith("CACHED")).count()).isEqualTo(10);
    assertThat(jbuild.check("images", "-q", "--no-trunc", "chain:cached").out().strip())
        .isEqualTo(ahead);

    // and what is done again is it, too
    assertThat(jbuild.check("build", "-q", "--no-cache", context).out().strip()).isEqualTo(ahead);
    String history =
        jbuild.check("history", "--no-trunc", "--format", "{{.CreatedBy}}", "chain:ahead").out();
    assertThat(history.lines().filter(line -> line.startsWith("RUN")).count()).isEqualTo(9);
    assertThat(history.indexOf("ls /d >>")).isLessThan(history.indexOf("rm -rf /d"));
  }

  @Test
  void aFailureKeepsWhatWasDoneBefore(Jbuild jbuild, Folder context) {
    String start = "FROM busybox\nRUN echo first > /first\nRUN echo second > /second\n";
    context.dockerfile(start + "RUN echo third; exit 7\nRUN echo never\n");

    Outcome failed = jbuild.run("build", "--no-cache", "--progress=plain", "-t", "fails", context);

    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("exit code: 7", "Dockerfile:4").doesNotContain("never\n#");
    context.dockerfile(start);
    Outcome again = jbuild.check("build", "--progress=plain", "-t", "works", context);
    assertThat(again.err().lines().filter(line -> line.endsWith("CACHED")).count()).isEqualTo(2);
  }

  @Test
  void linesOfAStepComeBeforeItsEnd(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nRUN echo aaa\nRUN echo bbb\nRUN echo ccc\n");

    String shown = jbuild.check("build", "--no-cache", "--progress=plain", context).err();

    assertThat(shown.replaceAll("(?m)^#(\\d+) [0-9.]+ ", "#$1 "))
        .containsSubsequence("RUN echo aaa", "aaa", "DONE", "RUN echo bbb", "bbb", "DONE", "ccc");
  }
}
