package dev.jbuild.engine.archive;

import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.Meta;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Where the files of an image layout are written: a tar or a folder. Each blob is written once. */
public sealed interface Layout extends AutoCloseable {
  /** A tar; closing the layout closes the stream. */
  static Layout tar(OutputStream out) {
    return new Tar(new ArchiveWriter(out));
  }

  /** A folder, which may hold other images already. */
  static Layout folder(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("blobs/sha256"));
    return new Folder(folder);
  }

  void file(String path, byte[] content) throws IOException;

  void blob(Part part) throws IOException;

  /** What an earlier call left under that name; a tar always begins anew. */
  Optional<byte[]> existing(String path) throws IOException;

  /** Everything has been written. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;

  /** The path of a blob (image-spec, image-layout.md). */
  static String path(Part part) {
    return "blobs/"
        + part.descriptor().digest().algorithm()
        + "/"
        + part.descriptor().digest().hex();
  }

  /** The same bytes for the same content. */
  final class Tar implements Layout {
    private static final Meta FILE = Meta.of(0644, 0, 0, 0, 0);
    private static final Meta FOLDER = Meta.of(0755, 0, 0, 0, 0);

    private final ArchiveWriter writer;
    private final Set<String> written = new HashSet<>();

    Tar(ArchiveWriter writer) {
      this.writer = writer;
    }

    @Override
    public void file(String path, byte[] content) throws IOException {
      writer.file(path, FILE, content);
    }

    @Override
    public void blob(Part part) throws IOException {
      folder("blobs");
      folder("blobs/" + part.descriptor().digest().algorithm());
      String path = path(part);
      if (written.add(path)) {
        try (InputStream in = part.content().open()) {
          writer.file(path, FILE, part.descriptor().size(), in);
        }
      }
    }

    private void folder(String path) throws IOException {
      if (written.add(path)) {
        writer.directory(path, FOLDER);
      }
    }

    @Override
    public Optional<byte[]> existing(String path) {
      return Optional.empty();
    }

    @Override
    public void finish() throws IOException {
      writer.finish();
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  /** Files appear whole, those that refer to others after these. */
  final class Folder implements Layout {
    private final Path folder;

    Folder(Path folder) {
      this.folder = folder;
    }

    @Override
    public void file(String path, byte[] content) throws IOException {
      Path fresh = folder.resolve(path + ".new");
      Files.write(fresh, content);
      Files.move(
          fresh,
          folder.resolve(path),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void blob(Part part) throws IOException {
      Path file = folder.resolve(path(part));
      if (Files.isRegularFile(file) && Files.size(file) == part.descriptor().size()) {
        return;
      }
      Path fresh = folder.resolve(path(part) + ".new");
      Files.createDirectories(fresh.getParent());
      try (InputStream in = part.content().open()) {
        Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public Optional<byte[]> existing(String path) throws IOException {
      Path file = folder.resolve(path);
      return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }
}
