package dev.jbuild.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Real base images without a public registry: made from Debian packages by the machine's own tools,
 * once per machine, and kept as OCI layouts below {@code
 * ${XDG_CACHE_HOME:-~/.cache}/jbuild-testkit}, in a folder named by what went into them.
 */
public final class BaseImages {
  private final Path cache;

  private BaseImages(Path cache) {
    this.cache = cache;
  }

  public static BaseImages ofThisUser() {
    String configured = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path base =
        configured.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(configured);
    return new BaseImages(base.resolve("jbuild-testkit"));
  }

  /**
   * Busybox with its applets, users and usual folders, 2 MB; in skopeo's words: {@code
   * oci:FOLDER:latest}.
   */
  public String busybox() {
    return cached("busybox", List.of("layout 3"), BaseImages::makeBusybox);
  }

  /** A minimal Debian of the machine's own release and mirrors, from which apt-get works. */
  public String debian() {
    List<String> arguments =
        new ArrayList<>(List.of("--variant=minbase", "--include=ca-certificates"));
    arguments.addAll(aptOptions());
    arguments.add(release());
    Path archive = Path.of("rootfs.tar");
    return cached(
        "debian",
        Stream.concat(arguments.stream(), sources().stream().map(BaseImages::text)).toList(),
        room -> {
          Command mmdebstrap =
              Command.of("mmdebstrap", "--quiet")
                  .and(arguments.toArray())
                  .and(room.resolve(archive));
          mmdebstrap.and(sources().toArray()).check();
          layout(room, room.resolve(archive), List.of("bash"));
          Files.delete(room.resolve(archive));
        });
  }

  /** Everything that tests build on, in {@code registry}, by the names that Docker Hub gives it. */
  public void pushAll(LocalRegistry registry) {
    registry.push(busybox(), "library/busybox:latest");
    for (String tag : List.of("latest", "bookworm", "bookworm-slim", "12")) {
      registry.push(debian(), "library/debian:" + tag);
    }
  }

  /** The options by which this machine's apt differs from Debian's and which a mirror may need. */
  private static List<String> aptOptions() {
    List<String> options = new ArrayList<>();
    for (String line : Command.of("apt-config", "dump", "Acquire").check().out().lines().toList()) {
      if (line.matches("Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) \".+\";")) {
        options.add("--aptopt=" + line);
      }
    }
    return options;
  }

  /** Where this machine gets Debian from: its own sources, so that no mirror is named here. */
  private static List<Path> sources() {
    return Stream.of("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")
        .map(Path::of)
        .filter(path -> Files.isRegularFile(path) && text(path).contains("deb"))
        .limit(1)
        .toList();
  }

  private static String release() {
    Map<String, String> fields = new HashMap<>();
    for (String line : text(Path.of("/etc/os-release")).lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        fields.put(line.substring(0, equals), line.substring(equals + 1).replace("\"", ""));
      }
    }
    boolean debian = fields.getOrDefault("ID", "").equals("debian");
    return debian ? fields.getOrDefault("VERSION_CODENAME", "stable") : "bookworm";
  }

  private static String text(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeBusybox(Path room) throws IOException {
    Path root = room.resolve("root");
    for (String folder :
        List.of(
            "bin",
            "dev",
            "etc",
            "home",
            "proc",
            "root",
            "sys",
            "tmp",
            "usr/bin",
            "usr/sbin",
            "var/spool/mail",
            "var/www")) {
      Files.createDirectories(root.resolve(folder));
    }
    Path busybox = root.resolve("bin/busybox");
    Files.copy(Path.of("/bin/busybox"), busybox);
    for (String applet : Command.of("/bin/busybox", "--list").check().out().lines().toList()) {
      if (!applet.equals("busybox")) {
        Files.createLink(root.resolve("bin").resolve(applet), busybox);
      }
    }
    Files.writeString(
        root.resolve("etc/passwd"),
        """
        root:x:0:0:root:/root:/bin/sh
        daemon:x:1:1:daemon:/usr/sbin:/bin/false
        www-data:x:33:33:www-data:/var/www:/bin/false
        nobody:x:65534:65534:nobody:/home:/bin/false
        """);
    Files.writeString(
        root.resolve("etc/group"),
        "root:x:0:\ndaemon:x:1:\ntty:x:5:\nwww-data:x:33:\nusers:x:100:\nnobody:x:65534:\n");
    Command.of("chmod", "1777", root.resolve("tmp")).check();
    Command.of("chmod", "700", root.resolve("root")).check();
    Path archive = room.resolve("rootfs.tar");
    Command.of(
            "tar",
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "-C",
            root,
            "-cf",
            archive,
            ".")
        .check();
    layout(room, archive, List.of("sh"));
    Files.delete(archive);
    Command.of("rm", "-rf", root).check();
  }

  /** An OCI layout with one layer, made by umoci. */
  private static void layout(Path room, Path archive, List<String> command) {
    String image = room.resolve("layout") + ":latest";
    Command.of("umoci", "init", "--layout", room.resolve("layout")).check();
    Command.of("umoci", "new", "--image", image).check();
    Command.of("umoci", "raw", "add-layer", "--image", image, archive).check();
    Command config = Command.of("umoci", "config", "--image", image);
    config =
        config.and(
            "--config.env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (String word : command) {
      config = config.and("--config.cmd", word);
    }
    config.check();
    Command.of("umoci", "gc", "--layout", room.resolve("layout")).check();
  }

  /** Fills a folder; it gets its name only when that has succeeded. */
  private interface Maker {
    void make(Path room) throws IOException;
  }

  private String cached(String name, List<String> inputs, Maker maker) {
    Path folder =
        cache.resolve(name + "-" + Trees.sha256(String.join("\n", inputs)).substring(0, 16));
    try {
      Files.createDirectories(cache);
      Path lockFile = cache.resolve(name + ".lock");
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.isDirectory(folder)) {
          Path room = Files.createTempDirectory(cache, name + ".");
          try {
            maker.make(room);
            Files.move(room, folder);
          } finally {
            Command.of("rm", "-rf", room).run();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the base image " + name, e);
    }
    return "oci:" + folder.resolve("layout") + ":latest";
  }
}
