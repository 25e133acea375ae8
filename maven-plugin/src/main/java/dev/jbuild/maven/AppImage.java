package dev.jbuild.maven;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.MojoExecutionException;

/**
 * The image of a jar without a Dockerfile. What changes seldom comes first, each kind in a layer of
 * its own: libraries, libraries that are snapshots, modules of the reactor, resources, classes.
 */
final class AppImage {
  private static final String BOOT_CLASSES = "BOOT-INF/classes/";
  private static final String BOOT_LIBRARIES = "BOOT-INF/lib/";

  private final ImageMojo mojo;
  private final ProjectContexts contexts;
  private final Instant time;

  AppImage(ImageMojo mojo) throws MojoExecutionException {
    this.mojo = mojo;
    this.contexts = new ProjectContexts(mojo);
    this.time = mojo.timestamp().orElse(Instant.ofEpochSecond(1));
  }

  static void checkPackaging(ImageMojo mojo) throws MojoExecutionException {
    String packaging = mojo.project.getPackaging();
    if (!packaging.equals("jar") && !packaging.equals("maven-plugin")) {
      throw new MojoExecutionException(
          "there is no Dockerfile in "
              + mojo.base()
              + ", and only of packaging jar an image can be made without one (this is "
              + packaging
              + "): write a Dockerfile that copies from maven-artifact, or set <skip>");
    }
  }

  /** Brings the folder of the image up to date; gives the words that name it. */
  List<String> prepare() throws MojoExecutionException, IOException {
    Path jar =
        ProjectContexts.jar(mojo.project)
            .orElseThrow(() ->
                new MojoExecutionException(
                    "there is no jar of "
                        + mojo.project.getArtifactId()
                        + " yet and no Dockerfile: run 'mvn package', or 'mvn package jbuild:"
                        + mojo.execution.getGoal()
                        + "'"));
    Path app = mojo.folder().resolve("app");
    Map<String, Path> libraries = contexts.libraries(false);
    Map<String, Path> all = new TreeMap<>(libraries);
    all.put("/" + jar.getFileName(), jar);
    Mirror mirror = new Mirror(app, time);
    String wanted = Mirror.listing(all);
    if (!mirror.isUpToDate(wanted)) {
      mirror.begin();
      try (JarFile content = new JarFile(jar.toFile())) {
        unpack(content, mirror);
        libraries(content, libraries, mirror);
        mirror.end(wanted);
        Files.writeString(mojo.folder().resolve("start-of-jar"), start(content, app));
      }
    }
    // Apart from the folder: it is of the configuration, not of the jar.
    Path dockerfile = mojo.folder().resolve("Dockerfile");
    String text = dockerfile(app, Files.readString(mojo.folder().resolve("start-of-jar")));
    Files.writeString(dockerfile, text);
    return List.of("--file", dockerfile.toString(), app.toString());
  }

  /**
   * Classes and resources apart; of a jar of Spring Boot's kind those inside it, and its libraries.
   */
  private static void unpack(JarFile jar, Mirror to) throws IOException {
    boolean boot = jar.getEntry(BOOT_CLASSES) != null;
    for (JarEntry entry : jar.stream().toList()) {
      String name = entry.getName();
      // The manifest is of a jar, which this is not any more, and names the Java that has made it.
      if (entry.isDirectory() || name.equals(JarFile.MANIFEST_NAME)) {
        continue;
      }
      if (boot && name.startsWith(BOOT_LIBRARIES)) {
        put(jar, entry, folderOf(name) + name.substring(BOOT_LIBRARIES.length()), to);
      } else if (boot && name.startsWith(BOOT_CLASSES)) {
        put(jar, entry, kindOf(name) + name.substring(BOOT_CLASSES.length()), to);
      } else if (!boot || name.startsWith("META-INF/services/")) {
        put(jar, entry, kindOf(name) + name, to);
      }
    }
  }

  private static String kindOf(String name) {
    return name.endsWith(".class") ? "classes/" : "resources/";
  }

  private static String folderOf(String name) {
    return name.contains("-SNAPSHOT") ? "snapshots/" : "libs/";
  }

  private static void put(JarFile jar, JarEntry entry, String name, Mirror to) throws IOException {
    try (InputStream content = jar.getInputStream(entry)) {
      to.put(name, content);
    }
  }

  /** Those of the project, but not what the jar has inside it already. */
  private void libraries(JarFile jar, Map<String, Path> libraries, Mirror to) throws IOException {
    if (jar.getEntry(BOOT_CLASSES) != null) {
      return;
    }
    for (Map.Entry<String, Path> each : libraries.entrySet()) {
      if (isInside(each.getValue(), jar)) {
        continue;
      }
      String folder = module(each.getValue()) ? "modules/" : folderOf(each.getKey());
      try (InputStream content = Files.newInputStream(each.getValue())) {
        to.put(folder + each.getKey(), content);
      }
    }
  }

  private boolean module(Path library) {
    for (Artifact artifact : mojo.project.getArtifacts()) {
      if (artifact.getFile() != null && artifact.getFile().toPath().equals(library)) {
        return contexts.isModule(artifact);
      }
    }
    return false;
  }

  /** Has the jar, made by a shade plugin, this library's classes? */
  private static boolean isInside(Path library, JarFile jar) throws IOException {
    try (ZipFile zip = new ZipFile(library.toFile())) {
      return zip.stream()
          .filter(e -> e.getName().endsWith(".class") && !e.getName().endsWith("-info.class"))
          .findFirst()
          .map(e -> jar.getEntry(e.getName()) != null)
          .orElse(false);
    }
  }

  /** The main class and the version of its class file, or nothing where none is to be found. */
  private static String start(JarFile jar, Path app) throws IOException {
    Optional<String> named = Optional.empty();
    if (jar.getManifest() != null) {
      var attributes = jar.getManifest().getMainAttributes();
      named =
          Optional.ofNullable(attributes.getValue("Start-Class"))
              .or(() -> Optional.ofNullable(attributes.getValue("Main-Class")));
    }
    Path classes = app.resolve("classes");
    return named.isPresent() ? named.get() : String.join(" ", MainClasses.in(classes));
  }

  private String main(String found) throws MojoExecutionException {
    if (mojo.mainClass != null) {
      return mojo.mainClass;
    }
    if (found.isBlank()) {
      throw new MojoExecutionException(
          "no class of this project has a main method: a library needs no image (<skip>), and a program that is started "
              + "otherwise a <mainClass>");
    }
    if (found.contains(" ")) {
      throw new MojoExecutionException(
          "several classes have a main method ("
              + found.replace(" ", ", ")
              + "): name one in <mainClass>");
    }
    return found;
  }

  private String dockerfile(Path app, String found) throws MojoExecutionException, IOException {
    String main = main(found);
    StringBuilder text = new StringBuilder();
    text.append("FROM ").append(base(app, main)).append('\n');
    Map<String, String> layers = new LinkedHashMap<>();
    layers.put("libs", "/app/libs/");
    layers.put("snapshots", "/app/libs/");
    layers.put("modules", "/app/libs/");
    layers.put("resources", "/app/resources/");
    layers.put("classes", "/app/classes/");
    layers.forEach((from, to) -> {
      if (Files.isDirectory(app.resolve(from))) {
        text.append("COPY ").append(from).append(' ').append(to).append('\n');
      }
    });
    text.append("WORKDIR ").append(mojo.workingDirectory).append('\n');
    mojo.environment.forEach((name, value) ->
        text.append("ENV ").append(name).append('=').append(quoted(value)).append('\n'));
    mojo.ports.forEach(port -> text.append("EXPOSE ").append(port).append('\n'));
    if (!mojo.volumes.isEmpty()) {
      text.append("VOLUME ").append(list(mojo.volumes)).append('\n');
    }
    if (mojo.user != null) {
      text.append("USER ").append(mojo.user).append('\n');
    }
    List<String> start = new ArrayList<>(List.of("java"));
    start.addAll(mojo.jvmFlags);
    start.addAll(List.of("-cp", "/app/resources:/app/classes:/app/libs/*", main));
    text.append("ENTRYPOINT ").append(list(start)).append('\n');
    if (!mojo.arguments.isEmpty()) {
      text.append("CMD ").append(list(mojo.arguments)).append('\n');
    }
    return text.toString();
  }

  /** Of the next long-lived Java that can run the main class. */
  private String base(Path app, String main) throws IOException {
    if (mojo.baseImage != null) {
      return mojo.baseImage;
    }
    int java = 25;
    Path file = app.resolve("classes").resolve(main.replace('.', '/') + ".class");
    if (Files.isRegularFile(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        java = ClassFile.read(in).major() - 44;
      }
    }
    for (int version : new int[] {8, 11, 17, 21}) {
      if (java <= version) {
        return "eclipse-temurin:" + version + "-jre";
      }
    }
    return "eclipse-temurin:" + Math.max(java, 25) + "-jre";
  }

  /** With an escaped dollar: a value is a value here. */
  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$") + '"';
  }

  private static String list(List<String> words) {
    List<String> quoted =
        words.stream()
            .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
            .toList();
    return "[" + String.join(", ", quoted) + "]";
  }
}
