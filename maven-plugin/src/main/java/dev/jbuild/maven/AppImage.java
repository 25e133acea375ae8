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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.MojoExecutionException;

/**
 * The image of a jar without a Dockerfile. What changes seldom comes first, each kind in a layer of
 * its own: libraries, libraries that are snapshots, modules of the reactor, resources, classes.
 */
final class AppImage {
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp|sctp))?");
  private static final Pattern USER = Pattern.compile("[^:\\s]+(:[^:\\s]+)?");
  private static final Pattern FOLDER = Pattern.compile("/\\S*");

  /** Images of Java that say in their tag of which. */
  private static final Pattern JAVA_IMAGE =
      Pattern.compile(
          "(?:.*/)?(?:eclipse-temurin|openjdk|amazoncorretto|azul-zulu|zulu-openjdk|ibm-semeru-runtimes|sapmachine):"
              + "(?:open-)?([0-9]+)(?:[^0-9].*)?");

  private static final String BOOT_CLASSES = "BOOT-INF/classes/";
  private static final String BOOT_LIBRARIES = "BOOT-INF/lib/";

  private final ImageMojo mojo;
  private final ProjectContexts contexts;
  private final LastBuild last;
  private final Instant time;

  AppImage(ImageMojo mojo, LastBuild last) throws MojoExecutionException {
    this.mojo = mojo;
    this.last = last;
    this.contexts = new ProjectContexts(mojo, last);
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

  /** What can be known to be wrong of the image's settings. */
  static void checkSettings(ImageMojo mojo) throws MojoExecutionException {
    if (mojo.baseImage != null) {
      Names.checkBase(mojo.baseImage);
    }
    for (String port : mojo.ports) {
      check(PORT, port, "ports", "a port, e.g. 8080, 9000/udp or 7000-7010");
    }
    if (mojo.user != null) {
      check(USER, mojo.user, "user", "USER or USER:GROUP, by name or number");
    }
    List<String> folders = new ArrayList<>(mojo.volumes);
    folders.add(mojo.workingDirectory);
    for (String folder : folders) {
      String parameter = mojo.volumes.contains(folder) ? "volumes" : "workingDirectory";
      check(FOLDER, folder, parameter, "a folder of the image, e.g. /data");
    }
  }

  /** Those that say something, and only something of an image without a Dockerfile. */
  static List<String> settings(ImageMojo mojo) {
    Map<String, Boolean> all = new TreeMap<>();
    all.put("baseImage", mojo.baseImage != null);
    all.put("mainClass", mojo.mainClass != null);
    all.put("jvmFlags", !mojo.jvmFlags.isEmpty());
    all.put("arguments", !mojo.arguments.isEmpty());
    all.put("ports", !mojo.ports.isEmpty());
    all.put("environment", !mojo.environment.isEmpty());
    all.put("user", mojo.user != null);
    all.put("workingDirectory", !mojo.workingDirectory.equals("/app"));
    all.put("volumes", !mojo.volumes.isEmpty());
    all.values().removeIf(said -> !said);
    return new ArrayList<>(all.keySet());
  }

  private static void check(Pattern pattern, String value, String parameter, String what)
      throws MojoExecutionException {
    if (!pattern.matcher(value).matches()) {
      throw new MojoExecutionException(
          "<" + parameter + "> is '" + value + "': it has to be " + what);
    }
  }

  /** Brings the folder of the image up to date; gives the words that name it. */
  List<String> prepare() throws MojoExecutionException, IOException {
    Optional<Path> packaged = ProjectContexts.jar(mojo.project);
    if (packaged.isEmpty()) {
      throw new MojoExecutionException(
          "there is no jar of "
              + mojo.project.getArtifactId()
              + " yet and no Dockerfile: run 'mvn package', or 'mvn package jbuild:"
              + mojo.execution.getGoal()
              + "'");
    }
    Path jar = packaged.get();
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
    last.input(mirror.generation());
    checkMain(app, libraries);
    // Apart from the folder: it is of the configuration, not of the jar.
    Path dockerfile = mojo.folder().resolve("Dockerfile");
    String text = dockerfile(app, Files.readString(mojo.folder().resolve("start-of-jar")));
    Files.writeString(dockerfile, text);
    last.input(text);
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

  /** A class that is named has to be there, in the project or in a library. */
  private void checkMain(Path app, Map<String, Path> libraries)
      throws MojoExecutionException, IOException {
    if (mojo.mainClass == null || Files.isRegularFile(classFile(app, mojo.mainClass))) {
      return;
    }
    String entry = mojo.mainClass.replace('.', '/') + ".class";
    List<Path> jars = new ArrayList<>(libraries.values());
    if (Files.isDirectory(app.resolve("libs"))) {
      try (Stream<Path> inside = Files.list(app.resolve("libs"))) {
        jars.addAll(inside.toList());
      }
    }
    for (Path jar : jars) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        if (zip.getEntry(entry) != null) {
          return;
        }
      }
    }
    throw new MojoExecutionException(
        "<mainClass> is '"
            + mojo.mainClass
            + "': neither this project nor a library has such a class");
  }

  private static Path classFile(Path app, String name) {
    return app.resolve("classes").resolve(name.replace('.', '/') + ".class");
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
    for (Map.Entry<String, String> layer : layers.entrySet()) {
      String from = layer.getKey();
      if (Files.isDirectory(app.resolve(from))) {
        text.append("COPY ").append(from).append(' ').append(layer.getValue()).append('\n');
      }
    }
    text.append("WORKDIR ").append(mojo.workingDirectory).append('\n');
    for (Map.Entry<String, String> each : mojo.environment.entrySet()) {
      String value = quoted(each.getValue());
      text.append("ENV ").append(each.getKey()).append('=').append(value).append('\n');
    }
    for (String port : mojo.ports) {
      text.append("EXPOSE ").append(port).append('\n');
    }
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

  /** As configured, else of the next long-lived Java that can run the main class. */
  private String base(Path app, String main) throws MojoExecutionException, IOException {
    int java = 0;
    Path file = classFile(app, main);
    if (Files.isRegularFile(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        java = ClassFile.read(in).major() - 44;
      }
    }
    if (mojo.baseImage != null) {
      checkJava(mojo.baseImage, java);
      return mojo.baseImage;
    }
    for (int version : new int[] {8, 11, 17, 21}) {
      if (java > 0 && java <= version) {
        return "eclipse-temurin:" + version + "-jre";
      }
    }
    return "eclipse-temurin:" + Math.max(java, 25) + "-jre";
  }

  /** Fails when the base image says that its Java is older than the classes. */
  static void checkJava(String baseImage, int java) throws MojoExecutionException {
    Matcher matcher = JAVA_IMAGE.matcher(baseImage);
    if (matcher.matches() && Integer.parseInt(matcher.group(1)) < java) {
      throw new MojoExecutionException(
          "the classes are for Java "
              + java
              + ", and <baseImage> "
              + baseImage
              + " has Java "
              + matcher.group(1)
              + ": name one with Java "
              + java
              + ", or compile for "
              + matcher.group(1)
              + " (maven.compiler.release)");
    }
  }

  /** With an escaped dollar: a value is a value here. */
  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$") + '"';
  }

  private static String list(List<String> words) {
    List<String> quoted = new ArrayList<>();
    for (String word : words) {
      quoted.add('"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    }
    return "[" + String.join(", ", quoted) + "]";
  }
}
