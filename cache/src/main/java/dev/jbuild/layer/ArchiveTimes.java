package dev.jbuild.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** When the files of an archive were changed. */
public final class ArchiveTimes {
  private ArchiveTimes() {}

  /** The newest time of an entry, in seconds of 1970; none when the file is no archive. */
  public static OptionalLong newest(Path file) throws IOException {
    if (!Compression.looksLikeTar(file)) {
      return OptionalLong.empty();
    }
    OptionalLong newest = OptionalLong.empty();
    try (InputStream raw = Files.newInputStream(file);
        ReadAhead ahead = new ReadAhead(raw, OptionalLong.empty())) {
      TarReader tar = new TarReader(ahead);
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        long time = entry.meta().mtimeSec();
        if (newest.isEmpty() || time > newest.getAsLong()) {
          newest = OptionalLong.of(time);
        }
      }
    }
    return newest;
  }
}
