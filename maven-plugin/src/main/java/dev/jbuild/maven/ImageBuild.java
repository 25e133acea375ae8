package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.maven.plugin.MojoExecutionException;

/**
 * One build of a project's image: the words of the call, and what is written down about its result.
 */
final class ImageBuild {
  private static final Pattern DIGEST =
      Pattern.compile("\"containerimage.digest\"\\s*:\\s*\"(sha256:[0-9a-f]{64})\"");

  /** A digest that no image has, so that only the registry can be asked for it. */
  private static final String NOBODYS = "0".repeat(64);

  private static final List<String> RESULTS =
      List.of("image-id", "image-metadata.json", "image-reference", "image-digest");

  private final ImageMojo mojo;

  ImageBuild(ImageMojo mojo) {
    this.mojo = mojo;
  }

  /** A parent or an aggregator: nobody who puts the plugin there wants an image of it. */
  static boolean nothingToDo(ImageMojo mojo) {
    return mojo.project.getPackaging().equals("pom")
        && mojo.dockerfile == null
        && usual(mojo).isEmpty();
  }

  private static Optional<Path> usual(ImageMojo mojo) {
    for (String name : List.of("Dockerfile", "src/main/docker/Dockerfile")) {
      if (Files.isRegularFile(mojo.base().resolve(name))) {
        return Optional.of(mojo.base().resolve(name));
      }
    }
    return Optional.empty();
  }

  private Optional<Path> dockerfile() throws MojoExecutionException {
    if (mojo.dockerfile == null) {
      return usual(mojo);
    }
    Path named = mojo.base().resolve(mojo.dockerfile);
    if (!Files.isRegularFile(named)) {
      throw new MojoExecutionException(
          "there is no Dockerfile "
              + named
              + ": correct <dockerfile>, or leave it out for an image of the jar");
    }
    return Optional.of(named);
  }

  /** What can be known to be wrong before anything is compiled. */
  void check() throws MojoExecutionException, IOException {
    Optional<Path> file = dockerfile();
    if (file.isEmpty()) {
      AppImage.checkPackaging(mojo);
      AppImage.checkSettings(mojo);
    } else if (!mojo.contextDirectory.isDirectory()) {
      throw new MojoExecutionException(
          "jbuild.contextDirectory is " + mojo.contextDirectory + ": there is no such folder");
    }
    Names.check(mojo.imageNames());
    for (Map.Entry<String, String> secret : mojo.secrets.entrySet()) {
      if (!Files.isReadable(mojo.base().resolve(secret.getValue()))) {
        throw new MojoExecutionException(
            "secret '"
                + secret.getKey()
                + "': cannot read "
                + mojo.base().resolve(secret.getValue()));
      }
    }
    mojo.timestamp();
    mojo.program();
  }

  /** Fails when a registry is not there or refuses the credentials: minutes before a push does. */
  void askRegistries() throws MojoExecutionException, IOException, InterruptedException {
    Map<String, String> repositories = new TreeMap<>();
    for (String name : mojo.imageNames()) {
      repositories.putIfAbsent(name.substring(0, name.lastIndexOf(':')), name);
    }
    try (Credentials credentials = Credentials.of(mojo)) {
      Program program = credentials.on(mojo.program());
      for (Map.Entry<String, String> each : repositories.entrySet()) {
        Program.Answer answer =
            program.ask(List.of("manifest", "inspect", each.getKey() + "@sha256:" + NOBODYS));
        String remedy = Program.remedy(answer.text());
        if (answer.status() != 0
            && (!remedy.isEmpty() || answer.text().contains("cannot reach the registry"))) {
          throw new MojoExecutionException(
              "cannot push "
                  + each.getValue()
                  + ": "
                  + answer.text().replaceFirst("^jbuild: ", "")
                  + remedy);
        }
      }
    }
  }

  /**
   * Builds, and leaves reference, id and digest in target/jbuild and in the project's properties.
   */
  String build(List<String> more) throws MojoExecutionException, IOException, InterruptedException {
    check();
    Path folder = mojo.folder();
    Path id = folder.resolve("image-id");
    Path metadata = folder.resolve("image-metadata.json");
    LastBuild last = new LastBuild(mojo);
    Program program = mojo.program();
    List<String> words = new ArrayList<>();
    for (String name : mojo.imageNames()) {
      words.addAll(List.of("--tag", name));
    }
    words.addAll(request());
    words.addAll(mojo.options);
    words.addAll(context(last));
    last.input(String.join("\n", words));
    last.input(program);
    boolean written = Files.isRegularFile(id) && Files.isRegularFile(metadata);
    if (more.isEmpty() && written && last.isSame(program, id)) {
      mojo.getLog().info("jbuild: " + mojo.imageName() + " is up to date");
      return record(id, metadata);
    }
    // What a push is answered says nothing of the store, and what was known of it stays true.
    boolean pushed = more.contains("--push");
    // What one build leaves must not be what the next one copies.
    for (String result : RESULTS) {
      Files.deleteIfExists(folder.resolve(result));
    }
    LastBuild.Known known = last.forget();
    words.addAll(0, how(id, metadata));
    words.addAll(words.size() - 1, more);
    try (Credentials credentials = Credentials.of(mojo)) {
      Program called = credentials.on(program);
      (pushed ? called : last.asked(called)).run("building " + mojo.imageName(), words);
    } finally {
      if (pushed) {
        last.know(known);
      }
    }
    if (!pushed) {
      last.remember();
    }
    return record(id, metadata);
  }

  /** The verb, where its answer goes, and how much it says on its way. */
  private List<String> how(Path id, Path metadata) {
    List<String> words = new ArrayList<>(List.of("build"));
    words.addAll(List.of("--iidfile", id.toString(), "--metadata-file", metadata.toString()));
    if (mojo.getLog().isInfoEnabled()) {
      words.addAll(List.of("--progress", "plain"));
    } else {
      words.add("--quiet");
    }
    return words;
  }

  /** What is the same for every kind of image. */
  private List<String> request() throws MojoExecutionException {
    List<String> words = new ArrayList<>();
    // Loops: in a Maven that has just started, a lambda takes longer than all that it does here.
    for (Map.Entry<String, String> each : Labels.of(mojo.project, mojo.labels).entrySet()) {
      words.addAll(List.of("--label", each.getKey() + "=" + each.getValue()));
    }
    for (Map.Entry<String, String> each : mojo.args.entrySet()) {
      String value = each.getValue() == null ? "" : "=" + each.getValue();
      words.addAll(List.of("--build-arg", each.getKey() + value));
    }
    for (Map.Entry<String, String> each : mojo.contexts.entrySet()) {
      words.addAll(List.of("--build-context", each.getKey() + "=" + context(each.getValue())));
    }
    for (Map.Entry<String, String> each : mojo.secrets.entrySet()) {
      Path file = mojo.base().resolve(each.getValue());
      words.addAll(List.of("--secret", "id=" + each.getKey() + ",src=" + file));
    }
    for (String platform : mojo.platforms) {
      words.addAll(List.of("--platform", platform));
    }
    if (mojo.target != null) {
      words.addAll(List.of("--target", mojo.target));
    }
    if (mojo.noCache) {
      words.add("--no-cache");
    }
    if (mojo.pull) {
      if (mojo.offline()) {
        mojo.getLog().warn("jbuild: Maven is offline: base images are not asked for");
      } else {
        words.add("--pull");
      }
    }
    return words;
  }

  private String context(String value) {
    return value.contains("://") ? value : mojo.base().resolve(value).toString();
  }

  /** The Dockerfile, its named contexts and arguments, and the folder. */
  private List<String> context(LastBuild last) throws MojoExecutionException, IOException {
    Optional<Path> file = dockerfile();
    if (file.isEmpty()) {
      return new AppImage(mojo, last).prepare();
    }
    for (String name : AppImage.settings(mojo)) {
      mojo.getLog()
          .warn("jbuild: <" + name + "> is for images without a Dockerfile; here is " + file.get());
    }
    String text = Files.readString(file.get(), StandardCharsets.UTF_8);
    last.input(text);
    List<String> words = new ArrayList<>(List.of("--file", file.get().toString()));
    Path folder = mojo.contextDirectory.toPath();
    last.input(file.get().resolveSibling(file.get().getFileName() + ".dockerignore"));
    last.input(folder.resolve(".dockerignore"));
    for (String context : mojo.contexts.values()) {
      if (!context.contains("://")) {
        last.input(mojo.base().resolve(context).resolve(".dockerignore"));
      }
    }
    words.addAll(new ProjectContexts(mojo, last).of(text));
    for (Map.Entry<String, String> each : projectArgs(folder).entrySet()) {
      // One that no ARG asks for would only be a warning.
      if (!mojo.args.containsKey(each.getKey()) && text.contains(each.getKey())) {
        words.addAll(List.of("--build-arg", each.getKey() + "=" + each.getValue()));
      }
    }
    words.add(folder.toString());
    return words;
  }

  private Map<String, String> projectArgs(Path folder) {
    Map<String, String> args = new TreeMap<>();
    args.put("PROJECT_GROUP_ID", mojo.project.getGroupId());
    args.put("PROJECT_ARTIFACT_ID", mojo.project.getArtifactId());
    args.put("PROJECT_VERSION", mojo.project.getVersion());
    args.put("PROJECT_NAME", mojo.project.getName());
    Optional<Path> jar = ProjectContexts.jar(mojo.project);
    if (jar.isPresent() && jar.get().startsWith(folder)) {
      args.put("JAR_FILE", folder.relativize(jar.get()).toString());
    }
    return args;
  }

  private String record(Path id, Path metadata) throws MojoExecutionException, IOException {
    if (!Files.exists(id)) {
      throw new MojoExecutionException(
          mojo.program()
              + " ended well and built nothing: is it jbuild? Correct jbuild.executable");
    }
    String digest = "";
    if (Files.exists(metadata)) {
      Matcher matcher = DIGEST.matcher(Files.readString(metadata));
      digest = matcher.find() ? matcher.group(1) : "";
    }
    String imageId = Files.readString(id).strip();
    Path folder = mojo.folder();
    Files.writeString(folder.resolve("image-reference"), mojo.imageName() + "\n");
    Files.writeString(folder.resolve("image-digest"), digest + "\n");
    mojo.project.getProperties().setProperty("jbuild.image.reference", mojo.imageName());
    mojo.project.getProperties().setProperty("jbuild.image.id", imageId);
    mojo.project.getProperties().setProperty("jbuild.image.digest", digest);
    return imageId;
  }

  /** Builds, and writes the archive unless the one that is there is of this very image. */
  void tar(Path file, String format)
      throws MojoExecutionException, IOException, InterruptedException {
    Path stamp = mojo.folder().resolve(Digests.hex(file.toString()).substring(0, 8) + ".tar-of");
    String before = Files.exists(stamp) && Files.exists(file) ? Files.readString(stamp) : "";
    List<String> export =
        List.of("--output", "type=image", "--output", "type=" + format + ",dest=" + file);
    if (before.isEmpty()) {
      Files.writeString(stamp, state(file, format, build(export)));
      return;
    }
    String id = build(List.of());
    if (state(file, format, id).equals(before)) {
      mojo.getLog().info("jbuild: " + file + " is up to date");
    } else {
      Files.delete(stamp);
      Files.writeString(stamp, state(file, format, build(export)));
    }
  }

  private String state(Path file, String format, String id) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("jbuild has written no " + file);
    }
    return String.join(" ", mojo.imageNames())
        + "\n"
        + format
        + " "
        + id
        + " "
        + Files.size(file)
        + " "
        + Files.getLastModifiedTime(file).toMillis();
  }
}
