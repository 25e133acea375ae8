package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.oci.Json;
import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same project by this plugin and by Jib's: what a program in the image sees is the same. The
 * differences that are meant are in the plugin's README.
 */
final class BesideJibIT {
  private static final String OURS =
      """
      <image>bench/app:1</image>
      <jvmFlags><flag>-Xss512k</flag><flag>-Dx=a b</flag></jvmFlags>
      <arguments><argument>one</argument><argument>two words</argument></arguments>
      <environment><LEVEL>high $PATH "x"</LEVEL></environment>
      <labels><team>blue</team></labels>
      <user>1000:1000</user>
      <workingDirectory>/srv</workingDirectory>
      <volumes><volume>/data</volume></volumes>
      <ports><port>8080</port><port>9000/udp</port></ports>
      """;

  private static final String CLASS_PATH = "/app/resources:/app/classes:/app/libs/*";
  private static final String POM = "app/resources/META-INF/maven/com.example/java-service";
  private static final String MAIN = "com.example.service.Service";

  @TempDir private Path temp;

  @BeforeAll
  static void root() {
    assumeTrue(System.getProperty("user.name").equals("root"), "files here get owners");
  }

  private static String jibs(Path base) {
    return """
    <plugin>
      <groupId>com.google.cloud.tools</groupId>
      <artifactId>jib-maven-plugin</artifactId>
      <version>3.5.1</version>
      <configuration>
        <from><image>tar://%s</image></from>
        <to><image>bench/app:1</image></to>
        <container>
          <jvmFlags><flag>-Xss512k</flag><flag>-Dx=a b</flag></jvmFlags>
          <args><arg>one</arg><arg>two words</arg></args>
          <environment><LEVEL>high $PATH "x"</LEVEL></environment>
          <labels><team>blue</team></labels>
          <user>1000:1000</user>
          <workingDirectory>/srv</workingDirectory>
          <volumes><volume>/data</volume></volumes>
          <ports><port>8080</port><port>9000/udp</port></ports>
        </container>
      </configuration>
    </plugin>
    """
        .formatted(base);
  }

  /** What a program in it sees: its configuration, and each file with mode, owner and content. */
  private record Image(
      Json.Obj config,
      SortedMap<String, String> files,
      NavigableSet<String> times,
      List<NavigableSet<String>> layers) {}

  private Image image(String name, Path tar) throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name));
    Command.of("tar", "-xf", tar, "-C", folder).check();
    Json.Obj manifest =
        (Json.Obj)
            ((Json.Arr) Json.parse(Files.readAllBytes(folder.resolve("manifest.json"))))
                .items()
                .get(0);
    Json.Obj config =
        Json.parseObject(Files.readAllBytes(folder.resolve(manifest.text("Config").orElseThrow())));
    SortedMap<String, String> files = new TreeMap<>();
    NavigableSet<String> times = new TreeSet<>();
    List<NavigableSet<String>> layers = new ArrayList<>();
    Path root = Files.createDirectories(folder.resolve("rootfs"));
    for (String layer : manifest.texts("Layers")) {
      Path blob = folder.resolve(layer);
      NavigableSet<String> names = new TreeSet<>();
      String listing =
          Command.of("tar", "-tvf", blob, "--numeric-owner", "--full-time").check().out();
      for (String line : listing.lines().toList()) {
        // mode, owner, size, day, time, name
        String[] words = line.split(" +", 6);
        String path = words[5].replaceFirst("^\\./", "").replaceFirst("/$", "");
        files.put(path, words[0] + " " + words[1]);
        if (path.startsWith("app/")) {
          times.add(words[3] + " " + words[4]);
        }
        if (!words[0].startsWith("d")) {
          names.add(path);
        }
      }
      layers.add(names);
      Command.of("tar", "-xf", blob, "-C", root).check();
    }
    for (Map.Entry<String, String> each : files.entrySet()) {
      Path file = root.resolve(each.getKey());
      if (each.getKey().startsWith("app/") && Files.isRegularFile(file)) {
        each.setValue(
            each.getValue() + " " + Command.of("sha256sum", file).check().out().split(" ", 2)[0]);
      }
    }
    return new Image(config, files, times, layers);
  }

  /** One line for each thing that is not the same; of files that only one has, their names. */
  private static List<String> differences(Image ours, Image jibs) {
    List<String> lines = new ArrayList<>();
    Json.Obj one = ours.config().object("config");
    Json.Obj other = jibs.config().object("config");
    NavigableSet<String> keys = new TreeSet<>(one.members().keySet());
    keys.addAll(other.members().keySet());
    for (String key : keys) {
      compare(lines, "config " + key, json(one, key), json(other, key));
    }
    for (String key : List.of("architecture", "os", "created")) {
      compare(lines, key, json(ours.config(), key), json(jibs.config(), key));
    }
    NavigableSet<String> paths = new TreeSet<>(ours.files().keySet());
    paths.addAll(jibs.files().keySet());
    for (String path : paths) {
      Optional<String> mine = Optional.ofNullable(ours.files().get(path));
      Optional<String> theirs = Optional.ofNullable(jibs.files().get(path));
      if (mine.isEmpty() || theirs.isEmpty()) {
        lines.add((mine.isEmpty() ? "only Jib: " : "only here: ") + path);
      } else {
        compare(lines, path, mine.get(), theirs.get());
      }
    }
    return lines;
  }

  private static String json(Json.Obj from, String key) {
    return from.get(key).map(Json::compact).orElse("none");
  }

  private static void compare(List<String> lines, String what, String ours, String jibs) {
    if (!ours.equals(jibs)) {
      lines.add(what + ": " + ours + " | " + jibs);
    }
  }

  @Test
  void aProgramSeesTheSame() throws IOException {
    Path project = RealMaven.example("java-service", temp);
    Path base = temp.resolve("base.tar");
    RealMaven.jbuild("save", "-o", base, "eclipse-temurin:17-jre").check();
    Path pom = project.resolve("pom.xml");
    String text = Files.readString(pom);
    String plugin = "<plugin>\n        <groupId>dev.jbuild</groupId>";
    assertThat(text).contains(plugin);
    text =
        text.replaceFirst("(?s)<ports>.*?</ports>", java.util.regex.Matcher.quoteReplacement(OURS));
    Files.writeString(pom, text.replace(plugin, jibs(base) + plugin));

    RealMaven.maven(project, "-q", "package", "jbuild:tar", "jib:buildTar").check();

    Path target = project.resolve("target");
    Image ours = image("ours", target.resolve("java-service-image.tar"));
    Image jibs = image("jibs", target.resolve("jib-image.tar"));
    assertThat(differences(ours, jibs)).containsExactlyInAnyOrderElementsOf(meant());
    assertThat(ours.times()).containsExactly("1970-01-01 00:00:00", "2026-01-01 00:00:00");
    assertThat(jibs.times()).containsExactly("1970-01-01 00:00:01");
    assertThat(below("app/", ours).stream().map(NavigableSet::first))
        .as("libraries, resources and classes in layers of their own, in Jib's order")
        .containsExactly(
            "app/libs/jackson-core-2.20.1.jar",
            POM + "/pom.properties",
            "app/classes/com/example/service/Service.class");
    assertThat(below("app/", jibs).stream().map(NavigableSet::first))
        .containsExactly(
            "app/libs/jackson-core-2.20.1.jar",
            "app/resources/greeting.txt",
            "app/classes/com/example/service/Service.class",
            "app/jib-classpath-file");
  }

  /** Said in the plugin's README. */
  private static List<String> meant() {
    return List.of(
        // what BuildKit writes down too, for Windows
        "config ArgsEscaped: true | none",
        // the same class path, which Jib has in a file
        "config Entrypoint: [\"java\",\"-Xss512k\",\"-Dx=a b\",\"-cp\",\""
            + CLASS_PATH
            + "\",\""
            + MAIN
            + "\"]"
            + " | [\"java\",\"-Xss512k\",\"-Dx=a b\",\"-cp\",\"@/app/jib-classpath-file\",\""
            + MAIN
            + "\"]",
        "only Jib: app/jib-classpath-file",
        "only Jib: app/jib-main-class-file",
        // what the POM says about the project
        "config Labels: {\"org.opencontainers.image.title\":\"java-service\",\"org.opencontainers.image.version\":\"1.0\",\"team\":\"blue\"}"
            + " | {\"team\":\"blue\"}",
        // project.build.outputTimestamp
        "created: \"2026-01-01T00:00:00Z\" | \"1970-01-01T00:00:00Z\"",
        // all that the jar has, but no folders without files in them
        "only here: app/resources/META-INF",
        "only here: app/resources/META-INF/maven",
        "only here: app/resources/META-INF/maven/com.example",
        "only here: " + POM,
        "only here: " + POM + "/pom.properties",
        "only here: " + POM + "/pom.xml",
        "only Jib: app/resources/com",
        "only Jib: app/resources/com/example",
        "only Jib: app/resources/com/example/service",
        // the folder that it starts in is there
        "only here: srv");
  }

  /** The layers with files below a folder. */
  private static List<NavigableSet<String>> below(String folder, Image image) {
    return image.layers().stream()
        .filter(layer -> layer.stream().anyMatch(name -> name.startsWith(folder)))
        .toList();
  }
}
