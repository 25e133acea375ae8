package dev.jbuild.engine.archive;

import dev.jbuild.layer.ArchiveException;
import dev.jbuild.layer.ArchiveFiles;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of an image archive, brought into the store as blobs in one pass, so that an archive
 * may come from a pipe and needs no room twice.
 */
final class ArchiveContent {
  private static final int MOST_LINKS = 16;

  private final Store store;
  private final Map<String, Digest> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  private ArchiveContent(Store store) {
    this.store = store;
  }

  /** Reads a tar, compressed or not; whoever calls holds a lease. */
  static ArchiveContent read(Store store, InputStream in) throws IOException {
    ArchiveContent content = new ArchiveContent(store);
    try (ArchiveFiles archive = ArchiveFiles.open(in)) {
      Optional<ArchiveFiles.Entry> entry = archive.next();
      for (; entry.isPresent(); entry = archive.next()) {
        String name = normal("", entry.get().name());
        switch (entry.get().kind()) {
          case FILE -> content.add(name, archive.content());
          case SYMLINK -> content.links.put(name, normal(parent(name), entry.get().link()));
          case HARD_LINK -> content.links.put(name, normal("", entry.get().link()));
          case DIRECTORY, OTHER -> {
            // says nothing about images
          }
        }
      }
      archive.finish();
    }
    return content;
  }

  /** Reads a folder in OCI layout. */
  static ArchiveContent read(Store store, Path folder) throws IOException {
    ArchiveContent content = new ArchiveContent(store);
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        try (InputStream in = Files.newInputStream(file)) {
          content.add(folder.relativize(file).toString(), in);
        }
      }
    }
    return content;
  }

  private void add(String name, InputStream in) throws IOException {
    Optional<Digest> said = blobName(name);
    try (Ingest ingest = store.blobs().ingest()) {
      in.transferTo(ingest);
      Digest found = ingest.commit();
      boolean same = said.isEmpty() || said.get().equals(found);
      if (!same && said.get().algorithm().equals("sha256")) {
        throw new ArchiveException("the archive is damaged: " + name + " has other content");
      }
      files.put(name, found);
    }
  }

  private static Optional<Digest> blobName(String name) {
    String[] parts = name.split("/", -1);
    boolean blob = parts.length == 3 && parts[0].equals("blobs");
    String digest = blob ? parts[1] + ":" + parts[2] : "";
    return Digest.isDigest(digest) ? Optional.of(Digest.parse(digest)) : Optional.empty();
  }

  /** What stands under a name, or under the name that a link leads to. */
  Optional<Digest> find(String name) {
    String at = normal("", name);
    for (int i = 0; i < MOST_LINKS; i++) {
      Digest found = files.get(at);
      if (found != null) {
        return Optional.of(found);
      }
      String next = links.get(at);
      if (next == null) {
        break;
      }
      at = next;
    }
    return Optional.empty();
  }

  /** A small file in memory. */
  Optional<byte[]> text(String name) throws IOException {
    Optional<Digest> digest = find(name);
    return digest.isPresent() ? Optional.of(store.blobs().read(digest.get())) : Optional.empty();
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  /** A name without dots, from the top of the archive; it is only ever looked up, never opened. */
  private static String normal(String folder, String path) {
    Deque<String> parts = new ArrayDeque<>();
    String whole = path.startsWith("/") ? path : folder + "/" + path;
    for (String part : List.of(whole.split("/", -1))) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }
}
