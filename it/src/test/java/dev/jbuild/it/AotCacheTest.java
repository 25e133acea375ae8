package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Checkout;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JVM runs what its AOT cache holds and does not look whether the jars still hold the same. So
 * the launcher looks. These tests replace a jar of a copy of the built program, in the ways in
 * which a change could go unseen.
 */
final class AotCacheTest {
  @TempDir private static Path shared;

  @TempDir private Path temp;

  /** Always in the same place, because a cache holds for one path only. */
  private static Path checkout = Path.of("");

  private static Path trained = Path.of("");

  /** Training takes seconds: once for all tests, each of which gets a copy. */
  @BeforeAll
  static void train() {
    checkout = shared.resolve("a checkout");
    trained = shared.resolve("trained");
    Path lib = checkout.resolve("cli/target/jbuild/lib");
    Command.of("mkdir", "-p", lib).check();
    Command.of(
            "cp",
            "-R",
            Checkout.root().resolve("jbuild"),
            Checkout.root().resolve("build"),
            checkout)
        .check();
    Command.of(
            "cp",
            "-R",
            Checkout.root().resolve("cli/target/jbuild"),
            checkout.resolve("cli/target"))
        .check();
    Command.of("find", checkout, "-exec", "touch", "-d", "1 hour ago", "{}", "+").check();
    launcher("wait", "version").check();
    Command.of("mv", checkout, trained).check();
  }

  @BeforeEach
  void copyOfTheProgram() {
    Command.of("rm", "-rf", checkout).check();
    Command.of("cp", "-a", trained, checkout).check();
  }

  @Test
  void theCacheIsUsed() {
    launch("wait", "version");

    assertThat(loaded())
        .as("where the main class comes from")
        .contains("dev.jbuild.cli.Main source: shared objects file");
  }

  @Test
  void aReplacedJarRunsItsNewCode() throws Exception {
    launch("wait", "version");

    replaceMain("new code");

    assertThat(launchAndTrain("version").out()).isEqualTo("new code\n");
  }

  @Test
  void aJarReplacedWithTheSameSizeAndTimeRunsItsNewCode() throws Exception {
    replaceMain("code 1");
    assertThat(launch("wait", "version").out()).isEqualTo("code 1\n");
    Path jar = cliJar();
    FileTime time = Files.getLastModifiedTime(jar);
    long size = Files.size(jar);

    replaceMain("code 2");
    Files.setLastModifiedTime(jar, time);

    assertThat(Files.size(jar)).as("no difference that a build tool would see").isEqualTo(size);
    assertThat(launchAndTrain("version").out()).isEqualTo("code 2\n");
  }

  @Test
  void theNewCodeGetsACacheOfItsOwn() throws Exception {
    launch("wait", "version");
    List<Path> before = caches();

    replaceMain("new code");
    launch("wait", "version");

    assertThat(caches()).hasSize(1).doesNotContainAnyElementsOf(before);
    assertThat(launch("auto", "version").out()).isEqualTo("new code\n");
  }

  @Test
  void aCacheThatIsGoneIsNoError() throws Exception {
    Outcome with = launch("wait", "version");
    for (Path cache : caches()) {
      Files.delete(cache);
    }

    Outcome without = launch("off", "version");

    assertThat(without.out()).isEqualTo(with.out());
    assertThat(without.err()).isEmpty();
  }

  @Test
  void aSpoiledCacheIsNoError() throws Exception {
    Outcome with = launch("wait", "version");
    for (Path cache : caches()) {
      Files.writeString(cache, "not a cache");
    }

    Outcome spoiled = launch("auto", "version");

    assertThat(spoiled.out()).isEqualTo(with.out());
    assertThat(spoiled.err()).isEmpty();
  }

  /** What no cache keeps is made at every start, a millisecond and more each (docs/adr/0010). */
  @Test
  void aBuildAfterAChangeMakesNoClassAnew() throws Exception {
    Path context = Files.createDirectory(temp.resolve("context"));
    Path log = temp.resolve("classes.log");
    Files.writeString(
        context.resolve("Dockerfile"),
        """
        FROM jbuild/tiny
        ARG who=you
        ENV GREETING=hello
        WORKDIR /app
        COPY data.txt .
        RUN cat data.txt > copy
        RUN echo $GREETING $who
        EXPOSE 80
        CMD ["cat", "copy"]
        """);
    Files.writeString(context.resolve("data.txt"), "before\n");
    launch("wait", "build", "-t", "changing", context);
    Files.writeString(context.resolve("data.txt"), "after\n");

    launcher("auto", "build", "-t", "changing", context)
        .with("JBUILD_JAVA_OPTS", "-Xlog:class+load:file=" + log)
        .check();

    List<String> loaded = Files.readAllLines(log);
    assertThat(loaded).anyMatch(line -> line.contains("dev.jbuild.solve.StageBuilder "));
    assertThat(loaded)
        .filteredOn(line -> !line.contains("shared objects file"))
        .filteredOn(line -> line.contains("$$") || line.contains(".LambdaForm$"))
        .isEmpty();
  }

  private static Command launcher(String aot, Object... arguments) {
    return Command.of(checkout.resolve("jbuild"))
        .and(arguments)
        .with("JBUILD_AOT", aot)
        .with("JBUILD_REBUILD", "never")
        .with("JBUILD_ROOT", shared.resolve("store"))
        .without("JAVA_TOOL_OPTIONS")
        .without("JBUILD_JAVA_OPTS");
  }

  private static Outcome launch(String aot, Object... arguments) {
    return launcher(aot, arguments).check();
  }

  /**
   * Calls new code as people do. What that starts to train in the background is waited for: it
   * would write into the next test's copy.
   */
  private static Outcome launchAndTrain(Object... arguments) throws Exception {
    List<Path> before = files(".trained");
    Outcome outcome = launch("auto", arguments);
    for (int i = 0; i < 1200 && !trainedSince(before); i++) {
      Thread.sleep(50);
    }
    assertThat(trainedSince(before)).as("new code is trained in the background").isTrue();
    return outcome;
  }

  private static boolean trainedSince(List<Path> before) throws IOException {
    List<Path> now = files(".trained");
    return !now.isEmpty() && !now.equals(before) && rooms().isEmpty();
  }

  private static String loaded() {
    return launcher("auto", "version").with("JBUILD_JAVA_OPTS", "-Xlog:class+load").check().out();
  }

  private static List<Path> caches() throws IOException {
    return files("-list.aot");
  }

  private static List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(checkout.resolve(".jbuild/aot"))) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  /** Where a training works; taken away as its last step. */
  private static List<Path> rooms() throws IOException {
    try (Stream<Path> files = Files.list(checkout.resolve(".jbuild/aot"))) {
      return files.filter(Files::isDirectory).toList();
    }
  }

  private static Path cliJar() throws IOException {
    try (Stream<Path> jars = Files.list(checkout.resolve("cli/target/jbuild/lib"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith("jbuild-cli"))
          .findFirst()
          .orElseThrow();
    }
  }

  /**
   * Puts a main class that prints a text into the jar, which stays the same file under the same
   * name.
   */
  private void replaceMain(String text) throws IOException {
    Path source = temp.resolve("src/Main.java");
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        """
        package dev.jbuild.cli;
        public final class Main {
          public static void main(String[] arguments) { System.out.println("%s"); }
        }
        """
            .formatted(text));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path classes = temp.resolve("classes");
    assertThat(compiler.run(null, null, null, "-d", classes.toString(), source.toString()))
        .isZero();
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + cliJar().toUri()), Map.of())) {
      Path main = jar.getPath("dev/jbuild/cli/Main.class");
      Files.copy(
          classes.resolve("dev/jbuild/cli/Main.class"), main, StandardCopyOption.REPLACE_EXISTING);
      // The jar's own record of the time would make two jars differ in size after compression.
      Files.setLastModifiedTime(main, FileTime.fromMillis(0));
    }
  }
}
