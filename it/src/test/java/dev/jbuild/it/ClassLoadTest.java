package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build that finds everything in the cache is fast because of what it does not load. */
@EndToEnd
final class ClassLoadTest {
  private static final List<String> TOO_DEAR =
      List.of(
          "java.net.http.",
          "jdk.internal.net.http.",
          "sun.net.www.protocol.http.",
          "org.apache.commons.compress.",
          "com.github.luben.zstd.",
          "com.fasterxml.jackson.databind.",
          "com.google.cloud.tools.jib.",
          "com.google.common.",
          "java.lang.foreign.Linker",
          // Others of this package are the JVM's own, in every program.
          "jdk.internal.foreign.abi.AbstractLinker",
          "picocli.",
          "dev.jbuild.registry.",
          "dev.jbuild.linux.",
          "dev.jbuild.runtime.Shim");

  @TempDir private Path temp;

  @Test
  void theCachedPathLoadsNoHttpTarDatabindForeignOrPicocliClass(Jbuild jbuild, Folder context)
      throws Exception {
    context.dockerfile(
        """
        FROM busybox
        ENV A=1 B=2
        LABEL org.opencontainers.image.title=cached
        WORKDIR /app
        COPY . .
        RUN echo built > built
        RUN cat built data.txt > both
        EXPOSE 8080
        USER nobody
        CMD ["cat", "both"]
        """);
    context.file("data.txt", "data\n");
    jbuild.check("build", "-t", "cached", context);
    // The stat cache does not trust files as young as these were in the first build; the second one
    // records them.
    Thread.sleep(2_100);
    jbuild.check("build", "-t", "cached", context);

    Path log = temp.resolve("classes.log");
    jbuild
        .command("build", "-t", "cached", context)
        .with("JBUILD_AOT", "off")
        .with("JBUILD_JAVA_OPTS", "-Xlog:class+load:file=" + log)
        .check();

    List<String> loaded = Files.readAllLines(log);
    assertThat(loaded).anyMatch(line -> line.contains(" dev.jbuild.cli.Main "));
    assertThat(loaded)
        .filteredOn(line -> TOO_DEAR.stream().anyMatch(prefix -> line.contains("] " + prefix)))
        .isEmpty();
  }
}
