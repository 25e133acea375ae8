package dev.jbuild.cli;

import dev.jbuild.cli.memo.Consulted;
import dev.jbuild.cli.memo.Facts;
import dev.jbuild.cli.memo.Heard;
import dev.jbuild.cli.memo.Memo;
import dev.jbuild.cli.memo.Memos;
import dev.jbuild.cli.progress.Displays;
import dev.jbuild.cli.progress.ProgressDisplay;
import dev.jbuild.cli.progress.ProgressMode;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.Output;
import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildResult;
import dev.jbuild.solve.Evidence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A build whose answer is known, because the same call found everything in the cache and all that
 * it was answered from still stands. What can't be read counts as changed: then the build is done,
 * and says what is wrong.
 */
final class KnownBuild {
  private KnownBuild() {}

  private static boolean isOff(Map<String, String> environment) {
    return environment.getOrDefault("JBUILD_MEMO", "").equals("off");
  }

  /** Answers the call, if the answer is known. */
  static Optional<Integer> answer(Session session) throws IOException {
    Path root = session.parts().root();
    if (isOff(session.environment()) || !Files.isDirectory(root.resolve("memos"))) {
      return Optional.empty();
    }
    Memos memos;
    Memo memo;
    try {
      memos = Memos.of(root, session.words());
      Optional<Memo> found = memos.find();
      if (found.isEmpty() || !stands(found.get(), session.environment())) {
        return Optional.empty();
      }
      memo = found.get();
      if (Facts.wantMore(session.environment(), memo.facts().contexts().keySet())) {
        return Optional.empty();
      }
      memos.use(memo);
      Facts.write(session.environment(), root, memo.environment(), memo.facts(), Map.of());
    } catch (IOException | RuntimeException _) {
      return Optional.empty();
    }
    tell(memo.answer(), session);
    return Optional.of(0);
  }

  private static boolean stands(Memo memo, Map<String, String> environment) throws IOException {
    for (Map.Entry<String, Optional<String>> one : memo.environment().entrySet()) {
      if (!Optional.ofNullable(environment.get(one.getKey())).equals(one.getValue())) {
        return false;
      }
    }
    Memo.Input was = memo.input();
    BuildInput is = BuildInput.read(was.context(), was.file(), InputStream.nullInputStream());
    return is.dockerfileName().equals(was.dockerfileName())
        && Arrays.equals(is.dockerfile(), was.dockerfile())
        && Arrays.equals(is.ignoreFile().orElse(null), was.ignoreFile().orElse(null))
        && Memos.stand(memo);
  }

  private static void tell(Memo.Answer answer, Session session) throws IOException {
    answer.notes().forEach(session.err()::println);
    try (ProgressDisplay display =
        Displays.open(
            ProgressMode.valueOf(answer.mode()),
            session.err(),
            session.environment(),
            session.debug())) {
      for (BuildEvent event : answer.events()) {
        display.on(event);
      }
    }
    answer.warnings().forEach(session.err()::println);
    for (Map.Entry<Path, byte[]> file : answer.written().entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
    if (answer.quiet()) {
      session.out().println(answer.imageId());
    }
  }

  /** What there is to remember of a build beside its evidence. */
  record Course(
      BuildOptions options,
      BuildInput input,
      BuildRequest request,
      List<String> notes,
      List<String> warnings) {}

  /** Remembers a build from which the next one like it can be answered; else does nothing. */
  static void remember(
      Course course,
      BuildResult result,
      Evidence evidence,
      Heard heard,
      Consulted consulted,
      Session session) {
    boolean told = Facts.areWanted(session.environment());
    if (isOff(session.environment()) || !isPlain(course) || (!evidence.isOfTheCache() && !told)) {
      return;
    }
    try {
      BuildRequest request = course.request();
      evidence.result(result.image());
      for (ImageReference tag : request.tags()) {
        evidence.name(tag, result.image().target());
      }
      if (request.tags().isEmpty()) {
        evidence.untagged(result.image().target());
      }
      // What it writes besides, the next call has to write again.
      boolean alone = request.outputs().size() == 1;
      Optional<Evidence.Found> facts = alone ? evidence.found(roots(request)) : Optional.empty();
      Optional<Map<String, Optional<String>>> environment = consulted.seen();
      Optional<Evidence.Found> store = told ? evidence.store() : Optional.empty();
      if (store.isPresent() && environment.isPresent()) {
        Path root = session.parts().root();
        Facts.write(session.environment(), root, environment.get(), store.get(), evidence.uses());
      }
      if (facts.isPresent() && environment.isPresent()) {
        Memos.of(session.parts().root(), session.words())
            .put(
                new Memo(
                    environment.get(),
                    input(course),
                    secrets(request),
                    facts.get(),
                    answer(course, result, heard)));
      }
    } catch (IOException | RuntimeException e) {
      if (session.debug()) {
        session.err().println("this build is not remembered: " + e);
      }
    }
  }

  /** Answers that go to the local store, from what lies on this machine. */
  private static boolean isPlain(Course course) {
    BuildRequest request = course.request();
    return !request.cache().disabled()
        && request.cache().disabledStages().isEmpty()
        && !request.cache().pull()
        && hasNamedImage(request.outputs())
        && request.platforms().size() <= 1
        && isFolder(course.options(), request)
        && request.run().secrets().values().stream()
            .allMatch(secret -> secret instanceof BuildRequest.Secret.File);
  }

  // no record's own equals(), which spins classes at its first use (docs/adr/0010)
  private static boolean hasNamedImage(List<Output> outputs) {
    for (Output output : outputs) {
      if (output instanceof Output.Image image && image.name().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Not what came through standard input, or from an address. */
  private static boolean isFolder(BuildOptions options, BuildRequest request) {
    return !options.context().equals("-")
        && !options.file().equals(Optional.of("-"))
        && request
            .source()
            .context()
            .equals(Optional.of(Path.of(options.context()).toAbsolutePath().normalize()));
  }

  private static Set<Path> roots(BuildRequest request) {
    Set<Path> roots = new HashSet<>();
    request.source().context().ifPresent(roots::add);
    for (String place : request.source().named().values()) {
      if (place.indexOf("://") < 0) {
        roots.add(Path.of(place));
        roots.add(Path.of(place).toAbsolutePath().normalize());
      }
    }
    return roots;
  }

  private static List<Path> secrets(BuildRequest request) {
    List<Path> files = new ArrayList<>();
    for (BuildRequest.Secret secret : request.run().secrets().values()) {
      if (secret instanceof BuildRequest.Secret.File(Path path)) {
        files.add(path);
      }
    }
    return files;
  }

  private static Memo.Input input(Course course) {
    BuildInput input = course.input();
    return new Memo.Input(
        course.options().context(),
        course.options().file(),
        input.dockerfileName(),
        input.dockerfile(),
        input.ignoreFile());
  }

  private static Memo.Answer answer(Course course, BuildResult result, Heard heard)
      throws IOException {
    BuildOptions.Results results = course.options().results();
    String id = result.image().id().toString();
    Map<Path, byte[]> written = new LinkedHashMap<>();
    if (course.request().metadataFile().isPresent()) {
      Path file = course.request().metadataFile().get();
      written.put(file, Files.readAllBytes(file));
    }
    course
        .request()
        .imageIdFile()
        .ifPresent(file -> written.put(file, id.getBytes(StandardCharsets.UTF_8)));
    return new Memo.Answer(
        id,
        results.progress().name(),
        results.quiet(),
        written,
        course.notes(),
        heard.events(),
        course.warnings());
  }
}
