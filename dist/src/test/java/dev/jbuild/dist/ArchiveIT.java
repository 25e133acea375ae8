package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
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
  void everythingInsideThatOthersMadeHasItsLicence() throws IOException {
    Path home = Made.unpack(temp);
    Path licences = home.resolve("share/doc/jbuild/licences");
    Set<String> needed = new TreeSet<>(Set.of("musl"));
    try (Stream<Path> jars = Files.list(home.resolve("lib/java"))) {
      for (Path jar : jars.toList()) {
        String name = jar.getFileName().toString().replaceFirst("-[0-9].*", "");
        if (name.startsWith("jbuild-")) {
          needed.addAll(foreignPackages(jar));
        } else {
          needed.add(name);
        }
      }
    }
    for (String name : needed) {
      assertThat(texts(licences.resolve(name)))
          .as(name)
          .anySatisfy(text ->
              assertThat(text)
                  .containsPattern(
                      "(?i)licen[sc]ed? under|apache license|permission|redistribution"));
    }
    try (Stream<Path> listed = Files.list(licences)) {
      assertThat(listed.map(each -> each.getFileName().toString()))
          .as("and nothing is listed that is not there")
          .containsExactlyInAnyOrderElementsOf(needed);
    }
    String release = Files.readString(home.resolve("runtime/release"));
    for (String module :
        release.replaceFirst("(?s).*MODULES=\"([^\"]*)\".*", "$1").split(" ", -1)) {
      assertThat(home.resolve("runtime/legal").resolve(module)).isNotEmptyDirectory();
    }
    assertThat(programs(home))
        .as("native code whose parts are in the list above")
        .containsExactlyInAnyOrder("lib/shim", "lib/calls.so", "lib/libzstd-jni.so");
  }

  @Test
  void theProfileIsOneThatAppArmorTakesAndIsForTheShim() throws IOException {
    Path parser = Path.of("/usr/sbin/apparmor_parser");
    assumeTrue(Files.isExecutable(parser), "apparmor is not installed");
    Path home = Made.unpack(temp);
    String text = Files.readString(home.resolve("share/doc/jbuild/apparmor-profile"));
    String abi = "4.0";
    if (!Files.exists(Path.of("/etc/apparmor.d/abi", abi))) {
      // An older one knows all but the rule that it is there for.
      abi = "3.0";
      text = text.replace("abi/4.0", "abi/3.0").replace("userns,", "");
    }
    Path profile = Files.writeString(temp.resolve("profile"), text);

    Command call = Command.of(parser, "--skip-kernel-load", "--skip-cache", "--features-file");
    Command parse = call.and("/etc/apparmor.d/abi/" + abi);
    assertThat(parse.and("--names", profile).check().out()).isEqualTo("jbuild\n");
    parse.and("--debug", profile).check();
    PathMatcher whose =
        home.getFileSystem()
            .getPathMatcher("glob:" + text.replaceFirst("(?s).*profile jbuild (\\S+).*", "$1"));
    assertThat(whose.matches(Path.of("/opt").resolve(home.getFileName()).resolve("lib/shim")))
        .isTrue();
    assertThat(whose.matches(Path.of("/usr/lib/jbuild/lib/shim"))).isTrue();
    assertThat(Command.of("dpkg-deb", "--contents", Made.deb()).check().out())
        .contains("./usr/lib/jbuild/lib/shim\n");
  }

  /** Of classes that are not ours but in our jar, the first part of their package. */
  private static Set<String> foreignPackages(Path jar) throws IOException {
    Set<String> found = new TreeSet<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      file.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.endsWith(".class") && !name.startsWith("dev/jbuild/"))
          .forEach(name -> found.add(name.replaceFirst("/.*", "")));
    }
    return found;
  }

  private static List<String> texts(Path folder) throws IOException {
    assertThat(folder).isDirectory();
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        texts.add(Files.readString(file));
      }
    }
    return texts;
  }

  /** Files in ELF outside of the Java runtime. */
  private static List<String> programs(Path home) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          boolean elf = Arrays.equals(in.readNBytes(4), new byte[] {0x7f, 'E', 'L', 'F'});
          String name = home.relativize(file).toString();
          if (elf && !name.startsWith("runtime/")) {
            found.add(name);
          }
        }
      }
    }
    return found;
  }
}
