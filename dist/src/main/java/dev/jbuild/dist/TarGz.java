package dev.jbuild.dist;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A tree as tar.gz: sorted, owned by root, of one time, so that the same tree gives the same bytes.
 */
final class TarGz {
  private final Instant time;

  TarGz(Instant time) {
    this.time = time;
  }

  /**
   * Writes the archive.
   *
   * @param prefix before each path, empty or ending with a slash
   */
  void write(Tree tree, String prefix, OutputStream to) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new BufferedOutputStream(new GZIPOutputStream(to, 1 << 16), 1 << 16), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      SortedMap<String, Optional<Tree.Item>> entries = new TreeMap<>();
      if (prefix.endsWith("/")) {
        entries.put(prefix, Optional.empty());
      }
      tree.folders().forEach(folder -> entries.put(prefix + folder + "/", Optional.empty()));
      tree.items().forEach((path, item) -> entries.put(prefix + path, Optional.of(item)));
      for (Map.Entry<String, Optional<Tree.Item>> each : entries.entrySet()) {
        if (each.getValue().isPresent()) {
          item(tar, each.getKey(), each.getValue().get());
        } else {
          put(tar, entry(each.getKey(), 0755), InputStream.nullInputStream());
        }
      }
    }
  }

  private void item(TarArchiveOutputStream tar, String name, Tree.Item item) throws IOException {
    TarArchiveEntry entry =
        switch (item) {
          case Tree.Link link -> {
            TarArchiveEntry made = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            made.setLinkName(link.target());
            yield stamped(made, 0777);
          }
          case Tree.Text text -> entry(name, text.mode());
          case Tree.Copy copy -> entry(name, copy.mode());
        };
    entry.setSize(Tree.size(item));
    try (InputStream content = Tree.open(item)) {
      put(tar, entry, content);
    }
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, InputStream content)
      throws IOException {
    tar.putArchiveEntry(entry);
    content.transferTo(tar);
    tar.closeArchiveEntry();
  }

  private TarArchiveEntry entry(String name, int mode) {
    return stamped(new TarArchiveEntry(name), mode);
  }

  private TarArchiveEntry stamped(TarArchiveEntry entry, int mode) {
    entry.setMode(mode);
    entry.setIds(0, 0);
    entry.setNames("root", "root");
    entry.setLastModifiedTime(FileTime.from(time));
    return entry;
  }
}
