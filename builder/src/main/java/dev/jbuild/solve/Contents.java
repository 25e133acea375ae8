package dev.jbuild.solve;

import dev.jbuild.cache.StatCache;
import dev.jbuild.context.ContextTree;
import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What planned files contain: the part of a step's key that reading is needed for. */
final class Contents {
  private final Surroundings around;

  Contents(Surroundings around) {
    this.around = around;
  }

  /** Files of the context get their digests from the stat cache, or by reading them now. */
  List<PlannedEntry> of(List<PlannedEntry> entries, List<SourceTree> trees) throws IOException {
    List<PlannedEntry> known = new ArrayList<>();
    Map<String, SourceNode> nodes = new HashMap<>();
    for (SourceTree tree : trees) {
      if (tree instanceof ContextTree context) {
        nodes.putAll(context.byHostPath());
      }
    }
    for (PlannedEntry entry : entries) {
      if (entry instanceof PlannedEntry.File(String path, String source, long size, _, var meta)) {
        SourceNode node = nodes.get(source);
        Digest digest = node != null ? digest(node) : hash(Path.of(source));
        known.add(new PlannedEntry.File(path, source, size, Optional.of(digest), meta));
      } else {
        known.add(entry);
      }
    }
    around.saveStats();
    return known;
  }

  /** The digest of a regular file of the context. */
  Digest digest(SourceNode node) throws IOException {
    StatCache stats = around.stats();
    String identity =
        StatCache.identity(
            node.size(),
            node.mtimeSec() * 1_000_000_000L + node.mtimeNanos(),
            node.identity().ctimeNanos(),
            node.identity().ino(),
            node.identity().dev());
    Optional<Digest> known = stats.lookup(node.host().toString(), identity);
    if (known.isPresent()) {
      return known.get();
    }
    Digest digest = hash(node.host());
    stats.record(node.host().toString(), identity, node.identity().ctimeNanos(), digest);
    return digest;
  }

  private static Digest hash(Path file) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sha256.update(buffer, 0, count);
      }
    }
    return Digest.of(sha256.digest());
  }

  /** All of an entry but its time. */
  static String describe(PlannedEntry entry) {
    var meta = entry.meta();
    String common =
        " "
            + Integer.toOctalString(meta.mode())
            + " "
            + meta.uid()
            + ":"
            + meta.gid()
            + " "
            + xattrs(meta);
    return switch (entry) {
      case PlannedEntry.Directory _ -> "d" + common;
      case PlannedEntry.File file -> "f" + common + file.content().map(Digest::toString).orElse("");
      case PlannedEntry.Bytes bytes -> "f" + common + Digest.sha256(bytes.content());
      case PlannedEntry.Link link -> "l" + common + link.target();
      case PlannedEntry.Node node -> "n" + common + node.type() + " " + node.rdev();
      case PlannedEntry.HardLink link -> "h" + common + link.to();
    };
  }

  private static String xattrs(Meta meta) {
    StringBuilder out = new StringBuilder();
    meta.xattrs()
        .forEach((name, value) ->
            out.append(name)
                .append('=')
                .append(HexFormat.of().formatHex(value.bytes()))
                .append(' '));
    return out.toString();
  }
}
