package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.BaseImages;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import dev.jbuild.testkit.Residue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests what {@link EndToEnd} promises, and takes it back. */
final class EndToEndExtension implements ExecutionCondition, ParameterResolver, AfterEachCallback {
  private static final Namespace OURS = Namespace.create(EndToEndExtension.class);
  private static final List<String> TOOLS =
      List.of("docker-registry", "skopeo", "umoci", "mmdebstrap", "busybox", "tar");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    EndToEnd wanted = context.getRequiredTestClass().getAnnotation(EndToEnd.class);
    Stream<String> extra = wanted == null ? Stream.empty() : Stream.of(wanted.needs());
    List<String> missing =
        Stream.concat(TOOLS.stream(), extra).filter(tool -> !onPath(tool)).toList();
    if (!missing.isEmpty()) {
      return ConditionEvaluationResult.disabled("not installed: " + String.join(", ", missing));
    }
    if (!System.getProperty("user.name").equals("root")) {
      return ConditionEvaluationResult.disabled(
          "needs root: base images with owners, overlay mounts");
    }
    return ConditionEvaluationResult.enabled("all tools are there");
  }

  private static boolean onPath(String tool) {
    return Stream.of(System.getenv("PATH").split(":"), new String[] {"/usr/sbin", "/sbin"})
        .flatMap(Stream::of)
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return List.of(Jbuild.class, LocalRegistry.class, Folder.class)
            .contains(parameter.getParameter().getType())
        && !parameter.isAnnotated(org.junit.jupiter.api.io.TempDir.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    if (type == LocalRegistry.class) {
      return registry(context).registry();
    }
    if (type == Folder.class) {
      return context
          .getStore(OURS)
          .computeIfAbsent("folder", _ -> Room.make(), Room.class)
          .folder();
    }
    return jbuild(context);
  }

  private static Jbuild jbuild(ExtensionContext context) {
    Room room =
        context
            .getRoot()
            .getStore(OURS)
            .computeIfAbsent(context.getRequiredTestClass(), _ -> Room.make(), Room.class);
    return Jbuild.on(room.path().resolve("store"))
        .through(registry(context).registry().mirrorsDockerHub());
  }

  /** One registry for all classes, stopped when the last test has ended. */
  private static Served registry(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(OURS)
        .computeIfAbsent("registry", _ -> Served.start(), Served.class);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException, InterruptedException {
    Room room = context.getRoot().getStore(OURS).get(context.getRequiredTestClass(), Room.class);
    if (room != null && context.getExecutionException().isEmpty()) {
      assertThat(Residue.of(room.path().resolve("store")).find()).as("left behind").isEmpty();
    }
  }

  /**
   * A temporary folder that goes whatever is in it: files without permissions, device nodes, 20,000
   * files.
   */
  private record Room(Path path) implements AutoCloseable {
    static Room make() {
      try {
        return new Room(Files.createTempDirectory("jbuild-it"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Folder folder() {
      return new Folder(path);
    }

    @Override
    public void close() {
      Command.of("rm", "-rf", path).check();
    }
  }

  private record Served(Room room, LocalRegistry registry) implements AutoCloseable {
    static Served start() {
      Room room = Room.make();
      LocalRegistry registry = LocalRegistry.start(room.path());
      BaseImages.ofThisUser().pushAll(registry);
      return new Served(room, registry);
    }

    @Override
    public void close() {
      registry.close();
      room.close();
    }
  }
}
