package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.Trees;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Sizes at which a careless builder runs out of memory, argument space, mount options or patience.
 */
@EndToEnd
final class BigInputTest {

  @Test
  void aContextOf20000FilesAndAChangeOfOne(Jbuild jbuild, Folder context) throws Exception {
    Trees.write(context.path().resolve("data"), 20_000, 200_000_000, 1);
    context.dockerfile("FROM busybox\nCOPY . /app\nRUN find /app/data -type f | wc -l > /count\n");

    jbuild.check("build", "-q", "-t", "many", context);
    assertThat(jbuild.check("run", "--rm", "many", "cat", "/count").out()).isEqualTo("20000\n");

    Files.writeString(context.path().resolve("data/d007/e03/f07300.txt"), "changed");
    jbuild.check("build", "-q", "-t", "many", context);

    String hash = "find . -type f -exec sha256sum {} + | sort | sha256sum";
    String inside = jbuild.check("run", "--rm", "-w", "/app/data", "many", "sh", "-c", hash).out();
    assertThat(inside)
        .isEqualTo(
            dev.jbuild.testkit.Command.of("sh", "-c", hash)
                .in(context.path().resolve("data"))
                .check()
                .out());
  }

  @Test
  void aFileOfOneGigabyte(Jbuild jbuild, Folder context) throws Exception {
    Trees.writeFile(context.path().resolve("big"), 1L << 30, 2);
    context.dockerfile("FROM busybox\nCOPY big /\n");

    jbuild.check("build", "-q", "-t", "big", context);

    assertThat(jbuild.check("run", "--rm", "big", "sha256sum", "/big").out())
        .isEqualTo(Trees.sha256(context.path().resolve("big")) + "  /big\n");
  }

  @Test
  void aHundredAndTwentyLayers(Jbuild jbuild, Folder context) {
    String steps =
        IntStream.rangeClosed(1, 120)
            .mapToObj(i -> "RUN echo %d > /f%d\n".formatted(i, i))
            .collect(Collectors.joining());
    context.dockerfile("FROM busybox\n" + steps);

    jbuild.check("build", "-q", "-t", "layers", context);

    assertThat(
            jbuild
                .check(
                    "run",
                    "--rm",
                    "layers",
                    "sh",
                    "-c",
                    "ls / | grep -c '^f[0-9]'; cat /f1 /f60 /f120")
                .out())
        .isEqualTo("120\n1\n60\n120\n");
    assertThat(jbuild.check("history", "-q", "layers").out().lines().count()).isGreaterThan(120);
  }

  @Test
  void aDockerfileOfAThousandLines(Jbuild jbuild, Folder context) throws Exception {
    String lines =
        IntStream.range(0, 900)
            .mapToObj(i -> "ENV V%d=%d\n# a comment\n".formatted(i, i))
            .limit(499)
            .collect(Collectors.joining());
    context.dockerfile("FROM busybox\n" + lines);
    Files.writeString(
        context.path().resolve("Dockerfile"),
        "RUN echo $V498 > /last\n",
        StandardOpenOption.APPEND);
    assertThat(Files.readAllLines(context.path().resolve("Dockerfile"))).hasSize(1000);

    jbuild.check("build", "-q", "-t", "lines", context);

    assertThat(
            jbuild
                .check("run", "--rm", "lines", "sh", "-c", "cat /last; env | grep -c '^V[0-9]*='")
                .out())
        .isEqualTo("498\n499\n");
  }
}
