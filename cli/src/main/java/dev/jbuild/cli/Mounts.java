package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.IdMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** The mounts that {@code -v}, {@code --mount} and {@code --tmpfs} ask for. */
final class Mounts {
  private static final Set<String> MODES =
      Set.of(
          "ro",
          "rw",
          "z",
          "Z",
          "cached",
          "delegated",
          "consistent",
          "nocopy",
          "U",
          "idmap",
          "shared",
          "rshared",
          "slave",
          "rslave",
          "private",
          "rprivate");

  private static final Set<String> KEYS =
      Set.of(
          "type",
          "source",
          "src",
          "target",
          "dst",
          "destination",
          "ro",
          "readonly",
          "bind-propagation",
          "bind-nonrecursive",
          "bind-recursive",
          "bind-create-src",
          "consistency",
          "volume-nocopy",
          "volume-subpath",
          "volume-driver",
          "volume-label",
          "volume-opt",
          "tmpfs-size",
          "tmpfs-mode",
          "u",
          "chown",
          "idmap");

  private Mounts() {}

  /** {@code SOURCE:TARGET[:OPTIONS]}, sources that are paths made absolute. */
  static List<String> binds(Arguments given) {
    List<String> binds = new ArrayList<>();
    for (String text : given.values("--volume")) {
      String[] parts = text.split(":", -1);
      if (parts.length < 2) {
        continue;
      }
      if (parts.length > 3 || parts[0].isEmpty() || !parts[1].startsWith("/")) {
        throw new UsageException(
            "invalid volume specification: '" + text + "': write /host/path:/path[:ro]");
      }
      for (String mode : parts.length < 3 ? new String[0] : parts[2].split(",", -1)) {
        if (!MODES.contains(mode) || mode.equals("nocopy") && isPath(parts[0])) {
          throw new UsageException("invalid mode '" + mode + "' in volume '" + text + "'");
        }
      }
      String source = isPath(parts[0]) ? absolute(parts[0]) : parts[0];
      binds.add(source + ":" + parts[1] + (parts.length > 2 ? ":" + parts[2] : ""));
    }
    return binds;
  }

  /** A name of a volume has no slash and does not begin with a dot. */
  private static boolean isPath(String source) {
    return source.startsWith("/") || source.startsWith(".") || source.startsWith("~");
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize().toString();
  }

  /** {@code -v /path}: volumes without a name. */
  static Json.Obj anonymous(Arguments given) {
    Json.Obj volumes = Json.obj();
    for (String text : given.values("--volume")) {
      if (text.indexOf(':') < 0) {
        if (!text.startsWith("/")) {
          throw new UsageException(
              "invalid volume specification: '" + text + "': the path must be absolute");
        }
        volumes = volumes.with(text, Json.obj());
      }
    }
    return volumes;
  }

  /** {@code Mounts}. */
  static List<Json.Obj> mounts(Arguments given) {
    List<Json.Obj> mounts = new ArrayList<>();
    for (String text : given.values("--mount")) {
      mounts.add(mount(text, Fields.parse("--mount", text)));
    }
    return mounts;
  }

  private static Json.Obj mount(String text, Map<String, String> fields) {
    String target = first(fields, "target", "dst", "destination");
    if (!target.startsWith("/")) {
      throw new UsageException("invalid --mount: " + text + ": dst must be an absolute path");
    }
    for (String key : fields.keySet()) {
      if (!KEYS.contains(key)) {
        throw new UsageException(
            "invalid argument \"" + text + "\" for \"--mount\" flag: unknown option '" + key + "'");
      }
    }
    String type = fields.getOrDefault("type", "volume").toLowerCase(Locale.ROOT);
    String source = first(fields, "source", "src");
    Json.Obj mount =
        Json.obj()
            .with("Type", type)
            .with("Source", type.equals("bind") ? absolute(source) : source)
            .with("Target", target)
            .with("ReadOnly", isTrue(fields, "ro") || isTrue(fields, "readonly"));
    mount = owners(mount, text, fields);
    return switch (type) {
      case "bind" -> {
        if (source.isEmpty()) {
          throw new UsageException("invalid --mount: " + text + ": a bind needs a source");
        }
        yield mount.with(
            "BindOptions",
            Json.obj().with("Propagation", fields.getOrDefault("bind-propagation", "rprivate")));
      }
      case "volume" ->
          mount.with(
              "VolumeOptions",
              Json.obj()
                  .with("NoCopy", isTrue(fields, "volume-nocopy"))
                  .with("Subpath", fields.getOrDefault("volume-subpath", "")));
      case "tmpfs" ->
          mount.with(
              "TmpfsOptions",
              Json.obj()
                  .with("SizeBytes", size(text, fields.getOrDefault("tmpfs-size", "0")))
                  .with("Mode", mode(text, fields.getOrDefault("tmpfs-mode", "1777"))));
      default ->
          throw new UsageException("invalid --mount: " + text + ": type is bind, volume or tmpfs");
    };
  }

  /** As whom its files appear, as Podman writes it. */
  private static Json.Obj owners(Json.Obj mount, String text, Map<String, String> fields) {
    Json.Obj all = mount;
    String idmap = fields.getOrDefault("idmap", "");
    if (isTrue(fields, "u") || isTrue(fields, "chown")) {
      all = all.with("Owners", "U");
    }
    if (idmap.equals("true")) {
      return all.with("Owners", "idmap");
    }
    if (idmap.isEmpty()) {
      return all;
    }
    Json.Obj maps = Json.obj();
    for (String part : idmap.split(";", -1)) {
      boolean users = part.startsWith("uids=");
      if (!users && !part.startsWith("gids=")) {
        throw new UsageException(
            "invalid --mount: " + text + ": write idmap, or idmap=uids=1000-0-1;gids=1000-0-1");
      }
      try {
        maps = maps.with(users ? "Uids" : "Gids", IdMap.lines(part.substring(5)));
      } catch (IllegalArgumentException e) {
        throw new UsageException("invalid --mount: " + text + ": " + e.getMessage());
      }
    }
    return all.with("IdMap", maps);
  }

  /** {@code Tmpfs}: options by path. */
  static SequencedMap<String, String> tmpfs(Arguments given) {
    SequencedMap<String, String> all = new LinkedHashMap<>();
    for (String text : given.values("--tmpfs")) {
      int colon = text.indexOf(':');
      String target = colon < 0 ? text : text.substring(0, colon);
      String options = colon < 0 ? "" : text.substring(colon + 1);
      if (!target.startsWith("/")) {
        throw new UsageException("invalid --tmpfs: " + text + ": the path must be absolute");
      }
      Map<String, String> fields = Fields.parse("--tmpfs", options);
      size(text, fields.getOrDefault("size", "0"));
      mode(text, fields.getOrDefault("mode", "1777"));
      all.put(target, options);
    }
    return all;
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
