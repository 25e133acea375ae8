package dev.jbuild.cli;

import dev.jbuild.cli.progress.Terminal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that a verb writes, or standard output; a file appears only when it is whole. */
final class OutputFile implements AutoCloseable {
  private static final Path STDOUT = Path.of("-");

  private final Path target;
  private final Path written;
  private final OutputStream stream;

  private OutputFile(Path target, Path written, OutputStream stream) {
    this.target = target;
    this.written = written;
    this.stream = stream;
  }

  /**
   * Opens what a flag names.
   *
   * @param destination a file, or {@code -}
   * @param hint what to write instead, where a file cannot be
   * @throws CommandException for a terminal and for a folder
   */
  static OutputFile open(String destination, OutputStream out, String hint) throws IOException {
    if (destination.equals("-")) {
      if (Terminal.isTerminal(1)) {
        throw new CommandException("ERROR: refusing to write an archive to a terminal; " + hint, 1);
      }
      return new OutputFile(STDOUT, STDOUT, out);
    }
    Path target = Path.of(destination).toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new CommandException(
          "ERROR: destination file " + destination + " is a directory; " + hint, 1);
    }
    Files.createDirectories(target.getParent());
    // a device or a pipe is written to as it is
    boolean special =
        Files.exists(target) && !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS);
    Path written =
        special
            ? target
            : target.resolveSibling(
                "." + target.getFileName() + ".jbuild-" + ProcessHandle.current().pid());
    return new OutputFile(
        target, written, new BufferedOutputStream(Files.newOutputStream(written), 1 << 16));
  }

  OutputStream stream() {
    return stream;
  }

  /** The content is whole: the file gets its name. */
  void finish() throws IOException {
    end();
    if (!written.equals(target)) {
      Files.move(
          written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    end();
    if (!written.equals(target)) {
      Files.deleteIfExists(written);
    }
  }

  /** Standard output is not ours to close. */
  private void end() throws IOException {
    if (written.equals(STDOUT)) {
      stream.flush();
    } else {
      stream.close();
    }
  }
}
