package dev.jbuild.dist;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Files by their paths, in the order in which an archive has them; folders follow from them. */
final class Tree {
  private final SortedMap<String, Item> items = new TreeMap<>();

  /** What is at a path. */
  sealed interface Item {}

  record Text(byte[] content, int mode) implements Item {}

  record Copy(Path source, int mode) implements Item {}

  record Link(String target) implements Item {}

  Tree text(String path, String content) {
    return put(path, new Text(content.getBytes(StandardCharsets.UTF_8), 0644));
  }

  Tree script(String path, String content) {
    return put(path, new Text(content.getBytes(StandardCharsets.UTF_8), 0755));
  }

  Tree bytes(String path, byte[] content, int mode) {
    return put(path, new Text(content, mode));
  }

  Tree file(String path, Path source) {
    return put(path, new Copy(source, 0644));
  }

  Tree link(String path, String target) {
    return put(path, new Link(target));
  }

  private Tree put(String path, Item item) {
    if (items.put(path, item) != null) {
      throw new IllegalStateException("twice in the archive: " + path);
    }
    return this;
  }

  /** Everything below a folder, executable where it is so there. */
  Tree folder(String path, Path source) throws IOException {
    try (Stream<Path> walk = Files.walk(source)) {
      for (Path file : (Iterable<Path>) walk::iterator) {
        String name = path + "/" + source.relativize(file);
        if (Files.isSymbolicLink(file)) {
          link(name, Files.readSymbolicLink(file).toString());
        } else if (Files.isRegularFile(file)) {
          put(name, new Copy(file, Files.isExecutable(file) ? 0755 : 0644));
        }
      }
    }
    return this;
  }

  /** The same items at other paths; those that {@code place} maps to nothing are left out. */
  Tree placed(UnaryOperator<String> place) {
    Tree placed = new Tree();
    items.forEach((path, item) -> {
      String there = place.apply(path);
      if (!there.isEmpty()) {
        placed.put(there, item);
      }
    });
    return placed;
  }

  /** The same, with the content of all that is called {@code .gz} compressed. */
  Tree compressed() throws IOException {
    Tree tree = new Tree();
    for (Map.Entry<String, Item> each : items.entrySet()) {
      if (each.getKey().endsWith(".gz")) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        GzipParameters best = new GzipParameters();
        best.setCompressionLevel(Deflater.BEST_COMPRESSION);
        try (InputStream in = open(each.getValue());
            OutputStream out = new GzipCompressorOutputStream(bytes, best)) {
          in.transferTo(out);
        }
        tree.bytes(each.getKey(), bytes.toByteArray(), 0644);
      } else {
        tree.put(each.getKey(), each.getValue());
      }
    }
    return tree;
  }

  Map<String, Item> items() {
    return items;
  }

  /** All folders above the items, each before what is in it. */
  List<String> folders() {
    SortedMap<String, String> folders = new TreeMap<>();
    for (String path : items.keySet()) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        folders.put(path.substring(0, slash), "");
      }
    }
    return List.copyOf(folders.keySet());
  }

  static InputStream open(Item item) throws IOException {
    return switch (item) {
      case Text text -> new java.io.ByteArrayInputStream(text.content());
      case Copy copy -> Files.newInputStream(copy.source());
      case Link _ -> InputStream.nullInputStream();
    };
  }

  static long size(Item item) {
    try {
      return switch (item) {
        case Text text -> text.content().length;
        case Copy copy -> Files.size(copy.source());
        case Link _ -> 0;
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
