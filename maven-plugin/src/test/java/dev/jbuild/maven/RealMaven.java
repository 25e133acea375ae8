package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Checkout;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.LocalRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Maven as users run it, on the plugin that was just built: a local repository and a store of their
 * own, the distribution resolved as an artifact, and base images made here, so that nothing needs a
 * network that the user's own repository has.
 */
final class RealMaven {
  /** What the parent's version is here. */
  static final String VERSION = System.getProperty("jbuild.version", "");

  private static final Path ROOM = Path.of("target/maven-it").toAbsolutePath();
  private static final Path REPOSITORY = Path.of("target/local-repo").toAbsolutePath();
  private static boolean prepared;

  private RealMaven() {}

  /** A copy of an example that a test may change. */
  static Path example(String name, Path temp) {
    prepare();
    Path copy = temp.resolve(name);
    Command.of("cp", "-R", Checkout.root().resolve("examples").resolve(name), copy).check();
    Command.of("find", copy, "-name", "target", "-prune", "-exec", "rm", "-rf", "{}", "+").check();
    return copy;
  }

  /** A copy of a project of these tests. */
  static Path project(String name, Path temp) {
    prepare();
    Path copy = temp.resolve(name);
    Command.of("cp", "-R", Path.of("src/test/resources").resolve(name), copy).check();
    return copy;
  }

  /** A call of Maven in a project, not yet run. */
  static Command maven(Path project, Path javaHome, Object... arguments) {
    return Command.of("mvn", "-B", "-Dstyle.color=never", "-s", settings())
        .and("-Dmaven.repo.local=" + REPOSITORY)
        // a Java without a compiler is enough for Maven itself
        .and("-Dmaven.compiler.fork=true")
        .and("-Dmaven.compiler.executable=" + Path.of(System.getProperty("java.home"), "bin/javac"))
        .and(arguments)
        .in(project)
        .with("JAVA_HOME", javaHome)
        .with("JBUILD_ROOT", store())
        .with("JBUILD_AOT", "off")
        .with("XDG_CACHE_HOME", ROOM.resolve("cache"))
        .with("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .with("JBUILD_REGISTRIES", ROOM.resolve("none.json"))
        .without("MAVEN_OPTS")
        .without("JAVA_TOOL_OPTIONS")
        .without("CI");
  }

  static Command maven(Path project, Object... arguments) {
    return maven(project, java25(), arguments);
  }

  /** The same call by another Maven, which the build has unpacked. */
  static Command by(String version, Command maven) {
    Path program = Path.of("target/mavens/apache-maven-" + version, "bin/mvn").toAbsolutePath();
    assertThat(program).isExecutable();
    return changed(maven, 0, program.toString());
  }

  /** The same call, by a program that starts it. */
  static Command through(Command maven, List<String> first) {
    List<String> words = new ArrayList<>(first);
    words.addAll(maven.words());
    return new Command(words, maven.environment(), maven.directory(), maven.input(), maven.limit());
  }

  /** The same call with a server in the settings. */
  static Command withServer(Path folder, String id, String password, Command maven) {
    String server =
        "<settings><servers><server><id>%s</id><username>%s</username><password>%s</password></server></servers>"
            .formatted(id, LocalRegistry.LOGIN.split(":", -1)[0], password);
    try {
      Path settings = folder.resolve("settings-of-server.xml");
      Files.writeString(
          settings, Files.readString(Path.of(settings())).replace("<settings>", server));
      return changed(maven, maven.words().indexOf("-s") + 1, settings.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Command changed(Command maven, int index, String word) {
    List<String> words = new ArrayList<>(maven.words());
    words.set(index, word);
    return new Command(words, maven.environment(), maven.directory(), maven.input(), maven.limit());
  }

  /** The distribution's own launcher, on the store that the plugin builds into. */
  static Command jbuild(Object... arguments) {
    prepare();
    return Command.of(ROOM.resolve("dist/bin/jbuild"))
        .and(arguments)
        .with("JBUILD_ROOT", store())
        .with("JBUILD_AOT", "off")
        .with("JBUILD_REGISTRIES", ROOM.resolve("none.json"))
        .without("JAVA_TOOL_OPTIONS");
  }

  private static Path store() {
    return ROOM.resolve("store");
  }

  static Path java25() {
    return Path.of(System.getProperty("java.home"));
  }

  /** An older Java, from 17 on, if this machine has one. */
  static Stream<Path> olderJava() {
    return Stream.of("17", "21")
        .flatMap(version ->
            Stream.of("java-" + version + "-openjdk-amd64", "temurin-" + version + "-jdk-amd64"))
        .map(name -> Path.of("/usr/lib/jvm", name))
        .filter(home -> Files.isExecutable(home.resolve("bin/java")));
  }

  /** The user's repository serves what it has; the rest comes from Maven Central. */
  private static String settings() {
    try {
      String repository =
          Path.of(System.getProperty("user.home"), ".m2/repository").toUri().toString();
      String text =
          """
          <settings>
            <profiles><profile><id>it</id>
              <repositories><repository><id>user</id><url>%1$s</url>%2$s</repository></repositories>
              <pluginRepositories><pluginRepository><id>user</id><url>%1$s</url>%2$s</pluginRepository></pluginRepositories>
            </profile></profiles>
            <activeProfiles><activeProfile>it</activeProfile></activeProfiles>
          </settings>
          """
              .formatted(
                  repository, "<releases><checksumPolicy>ignore</checksumPolicy></releases>");
      Files.createDirectories(ROOM);
      return Files.writeString(ROOM.resolve("settings.xml"), text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static synchronized void prepare() {
    if (prepared) {
      return;
    }
    try {
      Command.of("rm", "-rf", ROOM).check();
      Path archive =
          Checkout.root().resolve("dist/target/jbuild-" + VERSION + "-linux-x86_64.tar.gz");
      Path dist = Files.createDirectories(ROOM.resolve("dist"));
      Command.of("tar", "-xzf", archive, "-C", dist, "--strip-components=1").check();
      Path artifact =
          REPOSITORY.resolve(
              "dev/jbuild/jbuild-dist/"
                  + VERSION
                  + "/jbuild-dist-"
                  + VERSION
                  + "-linux-x86_64.tar.gz");
      Files.createDirectories(artifact.getParent());
      Files.copy(archive, artifact, StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(ROOM.resolve("none.json"), "{}\n");
      prepared = true;
      baseImage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * In place of Temurin's: this JDK's runtime, the libraries that it is linked with, and busybox.
   */
  private static void baseImage() throws IOException {
    Path root = ROOM.resolve("base");
    Files.createDirectories(root.resolve("opt"));
    Files.createDirectories(root.resolve("bin"));
    Files.createDirectories(root.resolve("tmp"));
    Command.of(
            java25().resolve("bin/jlink"), "--add-modules", "java.base,java.logging,jdk.httpserver")
        .and("--strip-java-debug-attributes", "--no-man-pages", "--no-header-files", "--output")
        .and(root.resolve("opt/java"))
        .check();
    Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
    for (String applet : List.of("sh", "mkdir", "cat")) {
      Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
    }
    String linked =
        Command.of("ldd", java25().resolve("lib/server/libjvm.so"), java25().resolve("bin/java"))
            .check()
            .out();
    for (String line :
        linked.lines().filter(each -> each.contains("/") && each.contains(" (0x")).toList()) {
      String file = line.replaceFirst("^.*=> ", "").strip().replaceFirst(" \\(0x.*", "");
      Path library = Path.of(file).normalize();
      if (!library.startsWith(java25())) {
        Path to = root.resolve(Path.of("/").relativize(library));
        Files.createDirectories(to.getParent());
        Files.copy(library, to, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path dockerfile =
        Files.writeString(
            ROOM.resolve("base.Dockerfile"),
            "FROM scratch\nCOPY . /\nENV PATH=/opt/java/bin:/bin\n");
    jbuild("build", "-q", "-t", "eclipse-temurin:17-jre", "-f", dockerfile, root).check();
  }
}
