package dev.jbuild.engine.container;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the shim is told for an exec beside the command itself. */
final class ExecOptions {
  private static final long YOUNG_SECONDS = 2;

  private final Container container;
  private final LayerStack files;
  private final Path shim;

  ExecOptions(Container container, LayerStack files, Path shim) {
    this.container = container;
    this.files = files;
    this.shim = shim;
  }

  /**
   * What was kept is not to be used: a start may give the container's commands another environment.
   */
  static void forget(Container container) throws IOException {
    Files.deleteIfExists(container.folder().resolve("exec"));
    Files.deleteIfExists(container.folder().resolve("exec-tty"));
  }

  /**
   * @param plain whether every command like this one gets the same surroundings. They are kept
   *     then, and the shim alone runs the next one as long as what they were made from is the same.
   */
  Map<String, String> of(Path events, boolean plain) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("events", events.toString());
    options.put("id", container.id());
    options.put("actor", SupervisorOptions.actor(container));
    Optional<String> passwd = mark("/etc/passwd");
    Optional<String> group = mark("/etc/group");
    if (plain && passwd.isPresent() && group.isPresent()) {
      options.put("kept", "1");
      options.put("config", mark(container.folder().resolve(Container.CONFIG)));
      options.put("shim", mark(shim));
      options.put("passwd", passwd.get());
      options.put("group", group.get());
    }
    return options;
  }

  /** Empty for what has changed so lately that its next change may not be seen. */
  private Optional<String> mark(String path) throws IOException {
    Optional<LayerStack.Node> found = files.find(path);
    if (found.isEmpty()) {
      return Optional.of("-");
    }
    FileStat stat = found.get().stat();
    return stat.mtimeSec() < System.currentTimeMillis() / 1000 - YOUNG_SECONDS
        ? Optional.of(mark(stat))
        : Optional.empty();
  }

  private static String mark(Path file) throws IOException {
    return mark(Dir.HERE.stat(file.toString()));
  }

  /** As enter.c writes it. */
  private static String mark(FileStat stat) {
    String nanos = Integer.toString(1_000_000_000 + stat.mtimeNanos()).substring(1);
    return stat.size() + " " + stat.mtimeSec() + "." + nanos;
  }
}
