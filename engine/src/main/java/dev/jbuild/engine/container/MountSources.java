package dev.jbuild.engine.container;

import dev.jbuild.cache.Accounts;
import dev.jbuild.engine.EngineException;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.IdMap;
import dev.jbuild.runtime.SandboxMount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What of the host a container's mount shows, and to whom it belongs there. */
final class MountSources {
  private static final int REFUSED = 125;

  private final Accounts.Account user;

  /**
   * For one container.
   *
   * @param user as whom it runs
   */
  MountSources(Accounts.Account user) {
    this.user = user;
  }

  /** From an entry of {@code Mounts} with a source. */
  SandboxMount bind(Json.Obj mount) throws IOException {
    String target = mount.text("Destination").orElse("");
    Path source = Path.of(mount.text("Source").orElse(""));
    String part = mount.text("Subpath").orElse("");
    if (!Files.exists(source)) {
      throw new EngineException(
          REFUSED,
          "error mounting \"" + source + "\" to \"" + target + "\": no such file or directory");
    }
    List<String> options = List.of(mount.text("Mode").orElse("").split(","));
    if (options.contains("U")) {
      give(source);
    }
    return new SandboxMount.Bind(
        source,
        part,
        target,
        !mount.flag("RW"),
        spread(source, mount.text("Propagation").orElse("")),
        ids(source, options, mount.object("IdMap")));
  }

  /** Everything below becomes the user's; links are not followed. */
  private void give(Path source) throws IOException {
    FileStat stat = Linux.lstat(source);
    if (stat.uid() == user.uid() && stat.gid() == user.gid()) {
      return;
    }
    if (stat.isDirectory()) {
      try (Dir folder = Dir.open(source)) {
        giveBelow(folder);
      }
    }
    // The last of all: as long as it is not done the next start tries again.
    Linux.lchown(source, user.uid(), user.gid());
  }

  private void giveBelow(Dir folder) throws IOException {
    for (String name : folder.names()) {
      if (folder.stat(name).isDirectory()) {
        try (Dir below = folder.openDir(name)) {
          giveBelow(below);
        }
      }
      folder.chown(name, user.uid(), user.gid());
    }
  }

  private Optional<IdMap> ids(Path source, List<String> options, Json.Obj own) throws IOException {
    String uids = own.text("Uids").orElse("");
    String gids = own.text("Gids").orElse("");
    if (!uids.isEmpty()) {
      return Optional.of(new IdMap(uids, gids.isEmpty() ? uids : gids));
    }
    if (!options.contains("idmap")) {
      return Optional.empty();
    }
    FileStat owner = Linux.lstat(source);
    return owner.uid() == user.uid() && owner.gid() == user.gid()
        ? Optional.empty()
        : Optional.of(IdMap.swapping(owner.uid(), user.uid(), owner.gid(), user.gid()));
  }

  private static SandboxMount.Spread spread(Path source, String wanted) throws IOException {
    SandboxMount.Spread spread =
        switch (wanted) {
          case "shared", "rshared" -> SandboxMount.Spread.SHARED;
          case "slave", "rslave" -> SandboxMount.Spread.SLAVE;
          default -> SandboxMount.Spread.PRIVATE;
        };
    if (spread != SandboxMount.Spread.PRIVATE) {
      requireShared(source, spread);
    }
    return spread;
  }

  /** Nothing can spread where the host's own mount does not (mountinfo, proc(5)). */
  private static void requireShared(Path source, SandboxMount.Spread spread) throws IOException {
    Path real = source.toRealPath();
    Path mounted = Path.of("/");
    String fields = "";
    for (String line :
        Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
      String[] words = line.split(" ", 7);
      Path point = Path.of(words[4].replace("\\040", " "));
      if (real.startsWith(point) && point.getNameCount() >= mounted.getNameCount()) {
        mounted = point;
        fields = words[6];
      }
    }
    String tags = fields.substring(0, Math.max(0, fields.indexOf("- ")));
    boolean slave = spread == SandboxMount.Spread.SLAVE;
    if (!tags.contains("shared:") && !(slave && tags.contains("master:"))) {
      throw new EngineException(
          REFUSED,
          "path %s is mounted on %s but it is not a shared%s mount; mount --make-shared %s makes it one"
              .formatted(source, mounted, slave ? " or slave" : "", mounted));
    }
  }
}
