package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.runtime.SandboxMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The mounts that {@code -v}, {@code --mount} and {@code --tmpfs} ask for. */
final class Mounts {
  private static final int STICKY = 01777;

  private Mounts() {}

  static List<SandboxMount> read(Arguments given) throws IOException {
    List<SandboxMount> mounts = new ArrayList<>();
    for (String text : given.values("--volume")) {
      mounts.add(volume(text));
    }
    for (String text : given.values("--mount")) {
      mounts.add(mount(text, Fields.parse("--mount", text)));
    }
    for (String text : given.values("--tmpfs")) {
      mounts.add(tmpfs(text));
    }
    return mounts;
  }

  /** {@code SOURCE:TARGET[:OPTIONS]}; a source that is not there becomes a folder, as in docker. */
  private static SandboxMount volume(String text) throws IOException {
    String[] parts = text.split(":", -1);
    if (parts.length < 2) {
      throw new UsageException(
          "volumes without a source are not supported: " + text + ": write -v /host/path:" + text);
    }
    if (parts.length > 3 || parts[0].isEmpty() || !parts[1].startsWith("/")) {
      throw new UsageException(
          "invalid volume specification: '" + text + "': write /host/path:/path[:ro]");
    }
    if (!parts[0].startsWith("/") && !parts[0].startsWith(".") && !parts[0].startsWith("~")) {
      throw new UsageException(
          "volumes with a name are not supported: "
              + parts[0]
              + ": name a folder of the host, e.g. ./"
              + parts[0]);
    }
    boolean readOnly = parts.length == 3 && readOnly(text, parts[2]);
    Path source = Path.of(parts[0]).toAbsolutePath().normalize();
    if (!Files.exists(source)) {
      Files.createDirectories(source);
    }
    return new SandboxMount.Bind(source, parts[1], readOnly);
  }

  private static boolean readOnly(String text, String options) {
    boolean readOnly = false;
    for (String option : options.split(",", -1)) {
      switch (option) {
        case "ro" -> readOnly = true;
        case "rw" -> readOnly = false;
        // SELinux labels and copying are docker's; there is nothing to do for a plain bind
        case "z", "Z", "cached", "delegated", "consistent", "nocopy", "rprivate", "private" -> {}
        default ->
            throw new UsageException("invalid mode '" + option + "' in volume '" + text + "'");
      }
    }
    return readOnly;
  }

  private static SandboxMount mount(String text, Map<String, String> fields) {
    String target = first(fields, "target", "dst", "destination");
    if (!target.startsWith("/")) {
      throw new UsageException("invalid --mount: " + text + ": dst must be an absolute path");
    }
    boolean readOnly = isTrue(fields, "ro") || isTrue(fields, "readonly");
    return switch (fields.getOrDefault("type", "volume")) {
      case "bind" ->
          new SandboxMount.Bind(existing(first(fields, "source", "src")), target, readOnly);
      case "tmpfs" ->
          new SandboxMount.Tmpfs(
              target,
              size(text, fields.getOrDefault("tmpfs-size", "0")),
              mode(text, fields.getOrDefault("tmpfs-mode", "1777")));
      default -> throw new UsageException("invalid --mount: " + text + ": type is bind or tmpfs");
    };
  }

  private static Path existing(String text) {
    Path source = Path.of(text).toAbsolutePath().normalize();
    if (text.isEmpty() || !Files.exists(source)) {
      throw new UsageException(
          "invalid mount config for type \"bind\": bind source path does not exist: " + text);
    }
    return source;
  }

  /** {@code PATH[:OPTIONS]}; docker's are noexec unless they say exec. */
  private static SandboxMount tmpfs(String text) {
    int colon = text.indexOf(':');
    String target = colon < 0 ? text : text.substring(0, colon);
    if (!target.startsWith("/")) {
      throw new UsageException("invalid --tmpfs: " + text + ": the path must be absolute");
    }
    Map<String, String> options =
        Fields.parse("--tmpfs", colon < 0 ? "" : text.substring(colon + 1));
    return new SandboxMount.Tmpfs(
        target,
        size(text, options.getOrDefault("size", "0")),
        options.containsKey("mode") ? mode(text, options.get("mode")) : STICKY,
        !options.containsKey("exec"));
  }

  private static long size(String text, String size) {
    return Sizes.parse(size)
        .orElseThrow(() -> new UsageException("invalid size in '" + text + "': " + size));
  }

  private static int mode(String text, String mode) {
    try {
      return Integer.parseInt(mode, 8);
    } catch (NumberFormatException _) {
      throw new UsageException("invalid mode in '" + text + "': " + mode);
    }
  }

  private static boolean isTrue(Map<String, String> fields, String key) {
    String value = fields.getOrDefault(key, "false");
    return value.equals("true") || value.equals("1");
  }

  private static String first(Map<String, String> fields, String... keys) {
    for (String key : keys) {
      String value = fields.get(key);
      if (value != null) {
        return value;
      }
    }
    return "";
  }
}
