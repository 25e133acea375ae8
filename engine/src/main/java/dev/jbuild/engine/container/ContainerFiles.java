package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.Draft;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.runtime.Held;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.Sandbox;
import dev.jbuild.session.UserSession;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.store.Lease;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of a container as its programs see them, with what is mounted; of one that does not
 * run, too. Paths are resolved below its root and never by the host's kernel alone.
 */
public final class ContainerFiles implements AutoCloseable {
  /** As many as the kernel follows. */
  private static final int MOST_LINKS = 40;

  private final Containers containers;
  private final Container container;
  private final Optional<Held> held;
  private final Dir root;

  private ContainerFiles(
      Containers containers, Container container, Optional<Held> held, Dir root) {
    this.containers = containers;
    this.container = container;
    this.held = held;
    this.root = root;
  }

  /** Opens them; as long as they are open a container that does not run is mounted somewhere. */
  public static ContainerFiles open(Containers containers, Container container, Path shimBinary)
      throws IOException {
    ContainerState state = container.state();
    if (state.running()) {
      return new ContainerFiles(
          containers, container, Optional.empty(), Dir.open("/proc/" + state.pid() + "/root"));
    }
    LayerStack files = containers.files(container);
    Sandbox sandbox =
        new SandboxOf(container, containers.layers(container), files)
            .sandbox(new Network.None(), NetworkSetup.none());
    Held held = Held.hold(shimBinary, container.folder(), sandbox);
    return new ContainerFiles(
        containers, container, Optional.of(held), Dir.open("/proc/" + held.pid() + "/root"));
  }

  /** A place in a folder: the folder opened, and a name in it, which need not be there. */
  private record Place(Dir folder, String name) implements AutoCloseable {
    boolean isFolder() throws IOException {
      Optional<FileStat> stat = folder.statIfPresent(name);
      return stat.isPresent() && stat.get().isDirectory();
    }

    @Override
    public void close() {
      folder.close();
    }
  }

  /** Copies a path of the container to the host; the number of bytes. */
  public long copyOut(String source, String path, boolean follow, boolean keepOwners)
      throws IOException {
    Path target = Path.of(path);
    boolean contents = source.endsWith("/.") || source.equals(".");
    boolean into = Files.isDirectory(target);
    FileCopy copy =
        new FileCopy(
            keepOwners
                ? Optional.empty()
                : Optional.of(
                    new int[] {dev.jbuild.linux.Linux.euid(), dev.jbuild.linux.Linux.egid()}),
            // What is the image's root's would make an ordinary user of whoever starts it.
            System.getenv(UserSession.VARIABLE) == null);
    try (Place place = existing(source, follow)) {
      boolean folder = place.isFolder();
      if (!into && !folder && path.endsWith("/")) {
        throw new EngineException(1, "no such directory: " + path);
      }
      if (contents && into) {
        try (Dir from = place.folder.openDir(place.name);
            Dir to = Dir.open(target)) {
          copy.children(from, to);
        }
        return copy.bytes();
      }
      Path landing = into ? target.resolve(baseName(source)) : target;
      Path parent = landing.toAbsolutePath().normalize().getParent();
      if (parent == null || !Files.isDirectory(parent)) {
        throw new EngineException(
            1, "invalid output path: directory \"" + parent + "\" does not exist");
      }
      if (folder && Files.isRegularFile(landing)) {
        throw new EngineException(1, "cannot copy directory " + source + " onto a file");
      }
      try (Dir to = Dir.open(parent)) {
        copy.copy(
            place.folder,
            place.name,
            to,
            String.valueOf(landing.toAbsolutePath().normalize().getFileName()));
      }
    }
    return copy.bytes();
  }

  /** Writes a path of the container as a tar. */
  public void archive(String source, OutputStream out, boolean follow) throws IOException {
    try (Place place = existing(source, follow);
        ArchiveWriter writer = new ArchiveWriter(out)) {
      new FileCopy(Optional.empty()).archive(place.folder, place.name, writer, baseName(source));
      writer.finish();
    }
  }

  /** Copies a path of the host into the container; the number of bytes. */
  public long copyIn(Path source, String target, boolean follow, boolean keepOwners)
      throws IOException {
    boolean contents = source.toString().endsWith("/.") || source.toString().equals(".");
    Path real = follow ? source.toRealPath() : source.toAbsolutePath().normalize();
    if (!Files.exists(real, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      throw new EngineException(1, "lstat " + real + ": no such file or directory");
    }
    FileCopy copy = new FileCopy(keepOwners ? Optional.empty() : Optional.of(new int[] {0, 0}));
    Path parent = real.getParent();
    String name = parent == null ? "." : String.valueOf(real.getFileName());
    try (Dir from = Dir.open(parent == null ? real : parent)) {
      Optional<Dir> folder = folder(target);
      if (folder.isPresent()) {
        try (Dir to = folder.get()) {
          if (contents) {
            try (Dir inner = from.openDir(name)) {
              copy.children(inner, to);
            }
          } else {
            copy.copy(
                from, name, to, String.valueOf(source.toAbsolutePath().normalize().getFileName()));
          }
        }
      } else if (target.endsWith("/") && !Files.isDirectory(real)) {
        throw new EngineException(
            1, "Could not find the file " + target + " in container " + container.name());
      } else {
        try (Place place = landing(target)) {
          copy.copy(from, name, place.folder, place.name);
        }
      }
    }
    return copy.bytes();
  }

  /** Unpacks a tar into a folder of the container. */
  public void extract(InputStream archive, String target) throws IOException {
    Optional<Dir> folder = folder(target);
    if (folder.isEmpty()) {
      throw missing(target);
    }
    try (Dir to = folder.get();
        Lease lease = containers.store().lease();
        Draft draft = containers.allLayers().draft(lease.id())) {
      containers
          .allLayers()
          .extractArchive(draft, new LayerStack(List.of()), "/", archive, Optional.empty());
      try (Dir from = Dir.open(draft.fs())) {
        new FileCopy(Optional.empty()).children(from, to);
      }
    }
  }

  private Optional<Dir> folder(String path) throws IOException {
    try {
      return Optional.of(root.openInRoot(relative(path)));
    } catch (NoSuchFileException | NotDirectoryException _) {
      return Optional.empty();
    }
  }

  /** The folder that a path lies in, and its name there. */
  private Place place(String path) throws IOException {
    String clean = relative(path);
    int slash = clean.lastIndexOf('/');
    Optional<Dir> parent = folder(clean.substring(0, Math.max(0, slash)));
    if (parent.isEmpty()) {
      throw missing(path);
    }
    String name = clean.substring(slash + 1);
    return new Place(parent.get(), name.isEmpty() ? "." : name);
  }

  private Place existing(String path, boolean follow) throws IOException {
    Place place = follow ? landing(path) : place(path);
    if (place.folder.statIfPresent(place.name).isEmpty()) {
      place.close();
      throw missing(path);
    }
    return place;
  }

  /** Where a path leads to, when it is a link too: what it points at need not be there. */
  private Place landing(String path) throws IOException {
    String at = path;
    for (int links = 0; links < MOST_LINKS; links++) {
      Place place = place(at);
      Optional<FileStat> stat = place.folder.statIfPresent(place.name);
      if (stat.isEmpty() || !stat.get().isSymlink()) {
        return place;
      }
      String link = place.folder.readlink(place.name);
      place.close();
      String clean = relative(at);
      int slash = clean.lastIndexOf('/');
      at = link.startsWith("/") ? link : clean.substring(0, Math.max(0, slash)) + "/" + link;
    }
    throw new EngineException(1, path + ": too many levels of symbolic links");
  }

  private EngineException missing(String path) {
    return new EngineException(
        1, "Could not find the file " + path + " in container " + container.name());
  }

  /** Relative to the root, without dots; {@code ..} stays below it. */
  private static String relative(String path) {
    String normal = Path.of("/", path).normalize().toString();
    return normal.substring(1);
  }

  private static String baseName(String path) {
    Path name = Path.of("/", path).normalize().getFileName();
    return name == null ? "." : name.toString();
  }

  @Override
  public void close() throws IOException {
    root.close();
    if (held.isPresent()) {
      held.get().close();
    }
  }
}
