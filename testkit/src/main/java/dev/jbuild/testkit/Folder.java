package dev.jbuild.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A folder that a test fills: most often a build context. Every method gives the folder back. */
public record Folder(Path path) {

  /** Writes a text file, with the folders above it. */
  public Folder file(String name, String text) {
    try {
      Path file = path.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a file or folder in it permissions, as {@code rwxr-xr-x}. */
  public Folder permissions(String name, String permissions) {
    try {
      Files.setPosixFilePermissions(
          path.resolve(name), PosixFilePermissions.fromString(permissions));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Folder link(String name, String target) {
    try {
      Files.createSymbolicLink(path.resolve(name), Path.of(target));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Folder dockerfile(String text) {
    return file("Dockerfile", text);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
