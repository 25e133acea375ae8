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
import org.jspecify.annotations.Nullable;

/** What planned files contain: the part of a step's key that reading is needed for. */
final class Contents {
  private final Surroundings around;

  Contents(Surroundings around) {
    this.around = around;
  }

  /** Files of the context get their digests from the stat cache, or by reading them now. */
  List<PlannedEntry> of(List<PlannedEntry> entries, List<SourceTree> trees) throws IOException {
    Map<String, SourceNode> nodes = nodes(trees);
    List<PlannedEntry> all = new ArrayList<>();
    for (PlannedEntry entry : entries) {
      if (entry instanceof PlannedEntry.File file) {
        SourceNode node = nodes.get(file.source());
        Digest digest = node != null ? digest(node) : hash(Path.of(file.source()));
        tell(trees, node, digest);
        all.add(with(file, digest));
      } else {
        all.add(entry);
      }
    }
    around.saveStats();
    return all;
  }

  /** The same without reading: what is not in the stat cache stays unknown. */
  List<PlannedEntry> known(List<PlannedEntry> entries, List<SourceTree> trees) throws IOException {
    Map<String, SourceNode> nodes = nodes(trees);
    List<PlannedEntry> all = new ArrayList<>();
    for (PlannedEntry entry : entries) {
      SourceNode node = entry instanceof PlannedEntry.File file ? nodes.get(file.source()) : null;
      Optional<Digest> digest = node == null ? Optional.empty() : lookup(node);
      all.add(
          digest.isPresent() && entry instanceof PlannedEntry.File file
              ? with(file, digest.get())
              : entry);
    }
    return all;
  }

  /**
   * The same with what was found while copying, which the stat cache learns too.
   *
   * @param digests of the regular files, in order
   */
  List<PlannedEntry> learn(List<PlannedEntry> entries, List<Digest> digests, List<SourceTree> trees)
      throws IOException {
    Map<String, SourceNode> nodes = nodes(trees);
    List<PlannedEntry> all = new ArrayList<>();
    int next = 0;
    for (PlannedEntry entry : entries) {
      if (entry instanceof PlannedEntry.File file) {
        Digest digest = digests.get(next++);
        SourceNode node = nodes.get(file.source());
        if (node != null && file.content().isEmpty()) {
          record(node, digest);
        }
        tell(trees, node, digest);
        all.add(with(file, digest));
      } else {
        all.add(entry);
      }
    }
    around.saveStats();
    return all;
  }

  private static void tell(List<SourceTree> trees, @Nullable SourceNode node, Digest content) {
    for (SourceTree tree : trees) {
      if (node != null && tree instanceof ContextTree context) {
        context.read(node.host(), content);
      }
    }
  }

  private static PlannedEntry with(PlannedEntry.File file, Digest digest) {
    return new PlannedEntry.File(
        file.path(), file.source(), file.size(), Optional.of(digest), file.meta());
  }

  private static Map<String, SourceNode> nodes(List<SourceTree> trees) {
    Map<String, SourceNode> nodes = new HashMap<>();
    for (SourceTree tree : trees) {
      if (tree instanceof ContextTree context) {
        nodes.putAll(context.byHostPath());
      }
    }
    return nodes;
  }

  /** The digest of an archive, for what it is unpacked to. */
  Digest digest(SourceNode archive, List<CopyStep.Part> parts) throws IOException {
    Digest digest = digest(archive);
    List<SourceTree> trees = new ArrayList<>();
    for (CopyStep.Part part : parts) {
      trees.add(part.tree());
    }
    tell(trees, archive, digest);
    return digest;
  }

  /** The digest of a regular file of the context. */
  Digest digest(SourceNode node) throws IOException {
    Optional<Digest> known = lookup(node);
    if (known.isPresent()) {
      return known.get();
    }
    Digest digest = hash(node.host());
    record(node, digest);
    return digest;
  }

  private Optional<Digest> lookup(SourceNode node) throws IOException {
    return around.stats().lookup(node.host().toString(), identity(node));
  }

  private void record(SourceNode node, Digest digest) throws IOException {
    around
        .stats()
        .record(node.host().toString(), identity(node), node.identity().ctimeNanos(), digest);
  }

  private static String identity(SourceNode node) {
    return StatCache.identity(
        node.size(),
        node.mtimeSec() * 1_000_000_000L + node.mtimeNanos(),
        node.identity().ctimeNanos(),
        node.identity().ino(),
        node.identity().dev());
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
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (entry instanceof PlannedEntry.File file) {
      return "f" + common + file.content().map(Digest::toString).orElse("");
    } else if (entry instanceof PlannedEntry.Directory) {
      return "d" + common;
    } else if (entry instanceof PlannedEntry.Bytes bytes) {
      return "f" + common + Digest.sha256(bytes.content());
    } else if (entry instanceof PlannedEntry.Link link) {
      return "l" + common + link.target();
    } else if (entry instanceof PlannedEntry.Node node) {
      return "n" + common + node.type() + " " + node.rdev();
    } else if (entry instanceof PlannedEntry.HardLink link) {
      return "h" + common + link.to();
    }
    throw new AssertionError(entry);
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
