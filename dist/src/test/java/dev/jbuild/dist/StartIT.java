package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of an unpacked archive. The JVM does not see that a jar has changed; it must. */
final class StartIT {
  @TempDir private Path temp;
  private Path home = Path.of("");

  @BeforeEach
  void unpack() {
    home = Made.unpack(temp.resolve("it's a folder"));
  }

  private Command call(String aot, Path program, Object... arguments) {
    return Command.of(program)
        .and(arguments)
        .with("JBUILD_ROOT", temp.resolve("store"))
        .with("JBUILD_AOT", aot)
        .with("XDG_CACHE_HOME", temp.resolve("cache"))
        .without("CI")
        .without("JAVA_HOME")
        .without("JAVA_TOOL_OPTIONS")
        .without("JBUILD_JAVA_OPTS");
  }

  private Command call(String aot, Object... arguments) {
    return call(aot, home.resolve("bin/jbuild"), arguments);
  }

  @Test
  void aCacheIsUsedASpoiledOneIsNoErrorAndAReplacedJarRunsItsNewCode() throws IOException {
    call("wait", "version").check();
    assertThat(loaded()).contains("dev.jbuild.cli.Main source: shared objects file");

    buildsAndRuns();
    spoilCaches();
    buildsAndRuns();

    Path jar = cli();
    FileTime time = Files.getLastModifiedTime(jar);
    replaceMain(jar, "new code");
    Files.setLastModifiedTime(jar, time);

    assertThat(call("auto", "version").check().out()).isEqualTo("new code\n");
    assertThat(call("wait", "version").check().out()).isEqualTo("new code\n");
    assertThat(call("auto", "version").check().out()).isEqualTo("new code\n");
  }

  @Test
  void itRunsThroughLinksAndFromAnyFolder() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("jb"), home.resolve("bin/jbuild"));

    assertThat(call("off", link, "version").check().out()).startsWith("jbuild ");
    assertThat(call("off", Path.of("bin/jbuild"), "version").in(home).check().out())
        .startsWith("jbuild ");
    assertThat(call("off", Path.of("./jbuild"), "version").in(home.resolve("bin")).check().out())
        .startsWith("jbuild ");
  }

  private void spoilCaches() throws IOException {
    try (Stream<Path> files = Files.walk(temp.resolve("cache"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".aot")).toList()) {
        Files.writeString(file, "not a cache");
      }
    }
  }

  private void buildsAndRuns() throws IOException {
    Path context = Files.createDirectories(temp.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM jbuild/tiny\nRUN echo hello > f\n");
    assertThat(call("auto", "build", "-q", "-t", "x", context).check().err()).isEmpty();
    assertThat(call("auto", "run", "--rm", "x", "cat", "f").check().out()).isEqualTo("hello\n");
  }

  private String loaded() {
    return call("auto", "version").with("JBUILD_JAVA_OPTS", "-Xlog:class+load").check().out();
  }

  private Path cli() throws IOException {
    try (Stream<Path> jars = Files.list(home.resolve("lib/java"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith("jbuild-cli"))
          .findFirst()
          .orElseThrow();
    }
  }

  private void replaceMain(Path jar, String text) throws IOException {
    Path source = Files.createDirectories(temp.resolve("src")).resolve("Main.java");
    Files.writeString(
        source,
        """
        package dev.jbuild.cli;
        public final class Main {
          public static void main(String[] arguments) { System.out.println("%s"); }
        }
        """
            .formatted(text));
    Path classes = temp.resolve("classes");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), source.toString()))
        .isZero();
    try (FileSystem content =
        FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
      Files.copy(
          classes.resolve("dev/jbuild/cli/Main.class"),
          content.getPath("dev/jbuild/cli/Main.class"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
