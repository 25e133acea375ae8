package dev.jbuild.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The Dockerfile and the context that a command line means.
 *
 * @param context absent when only a Dockerfile came, on standard input
 * @param dockerfileName as messages say it
 * @param ignoreFile the patterns that are in force: those beside the Dockerfile, else those of the
 *     context
 * @param epoch the time of a context that came from elsewhere, in seconds of 1970
 */
record BuildInput(
    Optional<Path> context,
    String dockerfileName,
    byte[] dockerfile,
    Optional<byte[]> ignoreFile,
    OptionalLong epoch) {
  /** How many bytes at the beginning {@link #isArchive} wants to see. */
  static final int ENOUGH_TO_TELL = 512;

  private static final List<String> USUAL_NAMES =
      List.of("Dockerfile", "dockerfile", "Containerfile");

  /** Beyond it, a file is no Dockerfile that anybody wrote. */
  private static final int LARGEST_DOCKERFILE = 64 << 20;

  /**
   * Reads what the command line names.
   *
   * @throws UsageException when there is no such context
   */
  static BuildInput read(String context, Optional<String> file, InputStream in) throws IOException {
    Path folder = folder(context);
    if (file.isPresent() && file.get().equals("-")) {
      return new BuildInput(
          Optional.of(folder),
          "Dockerfile",
          limited(in, "stdin"),
          ignoreFile(folder, List.of()),
          OptionalLong.empty());
    }
    Path dockerfile = file.isPresent() ? named(folder, file.get()) : usual(folder);
    Path own = dockerfile.resolveSibling(dockerfile.getFileName() + ".dockerignore");
    try (InputStream content = Files.newInputStream(dockerfile)) {
      return new BuildInput(
          Optional.of(folder),
          file.isPresent() ? file.get() : String.valueOf(dockerfile.getFileName()),
          limited(content, dockerfile.toString()),
          ignoreFile(folder, List.of(own)),
          OptionalLong.empty());
    }
  }

  /** The context is a folder that was made for this build; nothing in it is ignored. */
  static BuildInput in(Path folder, Optional<String> file, OptionalLong epoch) throws IOException {
    String name = file.isPresent() ? file.get() : String.valueOf(usual(folder).getFileName());
    Path dockerfile = inside(folder, name);
    try (InputStream content = Files.newInputStream(dockerfile)) {
      return new BuildInput(
          Optional.of(folder),
          file.orElse(String.valueOf(dockerfile.getFileName())),
          limited(content, dockerfile.toString()),
          Optional.empty(),
          epoch);
    }
  }

  /** A Dockerfile and nothing to copy. */
  static BuildInput alone(InputStream dockerfile, String name) throws IOException {
    return new BuildInput(
        Optional.empty(),
        "Dockerfile",
        limited(dockerfile, name),
        Optional.empty(),
        OptionalLong.empty());
  }

  /** Links of a context from elsewhere lead nowhere outside of it. */
  private static Path inside(Path folder, String file) throws IOException {
    Path named = folder.resolve(file.startsWith("/") ? file.substring(1) : file).normalize();
    boolean inside =
        named.startsWith(folder)
            && Files.exists(named)
            && named.toRealPath().startsWith(folder.toRealPath());
    return existing(inside ? named : folder.resolve(" "), file);
  }

  private static Path folder(String context) {
    Path folder = Path.of(context).toAbsolutePath().normalize();
    if (!Files.exists(folder)) {
      throw new UsageException("unable to prepare context: path \"" + context + "\" not found");
    }
    if (!Files.isDirectory(folder)) {
      throw new UsageException(
          "unable to prepare context: \""
              + context
              + "\" is a file; name its folder, and the Dockerfile with -f");
    }
    return folder;
  }

  /**
   * As in buildx, {@code -f} counts from the working directory; from the context, too, if need be.
   */
  private static Path named(Path folder, String file) throws IOException {
    Path fromHere = Path.of(file).toAbsolutePath().normalize();
    Path fromContext = folder.resolve(file).normalize();
    if (Files.isRegularFile(fromHere) || !Files.isRegularFile(fromContext)) {
      return existing(fromHere, file);
    }
    return fromContext;
  }

  private static Path usual(Path folder) throws IOException {
    for (String name : USUAL_NAMES) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        return existing(file, name);
      }
    }
    throw new CommandException(
        "ERROR: failed to read dockerfile: open Dockerfile: no such file or directory\n"
            + "There is none in "
            + folder
            + "; name another one with -f.",
        1);
  }

  private static Path existing(Path file, String name) throws IOException {
    if (Files.isDirectory(file)) {
      throw new CommandException(
          "ERROR: failed to read dockerfile: " + name + " is a folder; name a file with -f", 1);
    }
    if (!Files.exists(file)) {
      throw new CommandException(
          "ERROR: failed to read dockerfile: open " + name + ": no such file or directory", 1);
    }
    return file;
  }

  private static Optional<byte[]> ignoreFile(Path folder, List<Path> before) throws IOException {
    for (Path file : before) {
      Optional<byte[]> content = content(file);
      if (content.isPresent()) {
        return content;
      }
    }
    return content(folder.resolve(".dockerignore"));
  }

  private static Optional<byte[]> content(Path file) throws IOException {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private static byte[] limited(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(LARGEST_DOCKERFILE);
    if (bytes.length == LARGEST_DOCKERFILE) {
      throw new CommandException("ERROR: " + name + " is too large to be a Dockerfile", 1);
    }
    return bytes;
  }

  /** The magic of gzip, bzip2, xz, zstd, and of tar itself (POSIX ustar, at 257). */
  static boolean isArchive(byte[] start) {
    return starts(start, 0, 0x1f, 0x8b)
        || starts(start, 0, 'B', 'Z', 'h')
        || starts(start, 0, 0xfd, '7', 'z', 'X')
        || starts(start, 0, 0x28, 0xb5, 0x2f, 0xfd)
        || starts(start, 257, 'u', 's', 't', 'a', 'r');
  }

  private static boolean starts(byte[] bytes, int at, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (at + i >= bytes.length || (bytes[at + i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
