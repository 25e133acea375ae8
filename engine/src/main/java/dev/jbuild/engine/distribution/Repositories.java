package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What belongs to which repository, as small files: {@code repositories/NAME/_tags/TAG}, {@code
 * _manifests/ALGORITHM-HEX}, {@code _blobs/…} and {@code _referrers/SUBJECT/…}. No part of a name
 * begins with an underscore, so that repositories may lie in one another.
 */
final class Repositories {
  private final Store store;
  private final Path root;

  Repositories(Store store) {
    this.store = store;
    this.root = store.root().resolve("repositories");
  }

  /** One repository, which need not exist. */
  Repository of(String name) {
    return new Repository(name, root.resolve(name));
  }

  /** Names of all that have a manifest, sorted. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : having("_manifests")) {
      if (!of(name).manifests().isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  /** Names of all that have anything. */
  SortedSet<String> all() throws IOException {
    SortedSet<String> all = new TreeSet<>(having("_manifests"));
    all.addAll(having("_blobs"));
    return all;
  }

  private List<String> having(String kind) throws IOException {
    List<String> names = new ArrayList<>();
    addHaving(kind, root, names);
    names.sort(null);
    return names;
  }

  /** Not into the folders of files, which come and go. */
  private void addHaving(String kind, Path folder, List<String> names) throws IOException {
    for (String child : list(folder)) {
      if (child.equals(kind)) {
        names.add(root.relativize(folder).toString());
      } else if (!child.startsWith("_")) {
        addHaving(kind, folder.resolve(child), names);
      }
    }
  }

  /** Whether any repository has a blob or manifest. */
  boolean anyHas(Digest digest) throws IOException {
    for (String name : having("_blobs")) {
      if (of(name).hasBlob(digest)) {
        return true;
      }
    }
    for (String name : names()) {
      if (of(name).manifest(digest).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** A repository. */
  final class Repository {
    private final String name;
    private final Path folder;

    Repository(String name, Path folder) {
      this.name = name;
      this.folder = folder;
    }

    String name() {
      return name;
    }

    boolean exists() {
      return Files.isDirectory(folder.resolve("_manifests"))
          || Files.isDirectory(folder.resolve("_blobs"));
    }

    boolean hasBlob(Digest digest) {
      return Files.exists(link("_blobs", digest)) && store.blobs().has(digest);
    }

    /** Says that a blob is wanted, and tells whether it is here; a collector lets it be. */
    boolean wantBlob(Digest digest) throws IOException {
      if (!hasBlob(digest)) {
        return false;
      }
      Path link = blobLink(digest);
      try (Gate _ = store.pass()) {
        Files.setLastModifiedTime(link, FileTime.from(Instant.now()));
        return true;
      } catch (NoSuchFileException _) {
        return false;
      }
    }

    List<Digest> blobs() throws IOException {
      return digests("_blobs");
    }

    /** All whose content is here. */
    List<Digest> manifests() throws IOException {
      return digests("_manifests").stream().filter(store.blobs()::has).toList();
    }

    private List<Digest> digests(String kind) throws IOException {
      List<Digest> all = new ArrayList<>();
      for (String file : list(folder.resolve(kind))) {
        String text = file.replaceFirst("-", ":");
        if (Digest.isDigest(text)) {
          all.add(Digest.parse(text));
        }
      }
      return all;
    }

    Path blobLink(Digest digest) {
      return link("_blobs", digest);
    }

    Path manifestLink(Digest digest) {
      return link("_manifests", digest);
    }

    void addBlob(Digest digest) throws IOException {
      Atomic.write(store.root(), link("_blobs", digest), "");
    }

    boolean removeBlob(Digest digest) throws IOException {
      return Files.deleteIfExists(link("_blobs", digest));
    }

    /** What a digest is in this repository. */
    Optional<Descriptor> manifest(Digest digest) throws IOException {
      Path file = link("_manifests", digest);
      Optional<Descriptor> found = read(file);
      return found.isPresent() && store.blobs().has(digest) ? found : Optional.empty();
    }

    void addManifest(Descriptor manifest) throws IOException {
      Atomic.write(store.root(), link("_manifests", manifest.digest()), manifest.toJson().bytes());
    }

    /** Removes a manifest, and the tags that stand for it. */
    boolean removeManifest(Digest digest) throws IOException {
      for (String tag : tags()) {
        if (tag(tag).map(t -> t.digest().equals(digest)).orElse(false)) {
          removeTag(tag);
        }
      }
      return Files.deleteIfExists(link("_manifests", digest));
    }

    Optional<Descriptor> tag(String tag) throws IOException {
      Optional<Descriptor> target = read(folder.resolve("_tags").resolve(tag));
      return target.isPresent() ? manifest(target.get().digest()) : Optional.empty();
    }

    void setTag(String tag, Descriptor target) throws IOException {
      Atomic.write(store.root(), folder.resolve("_tags").resolve(tag), target.toJson().bytes());
    }

    boolean removeTag(String tag) throws IOException {
      return Files.deleteIfExists(folder.resolve("_tags").resolve(tag));
    }

    /** Sorted as the specification wants: by bytes. */
    List<String> tags() throws IOException {
      return list(folder.resolve("_tags"));
    }

    void removeReferrer(Digest subject, Digest referrer) throws IOException {
      Files.deleteIfExists(link("_referrers", subject).resolve(fileName(referrer)));
      try {
        Files.deleteIfExists(link("_referrers", subject));
      } catch (DirectoryNotEmptyException _) {
        // others refer to it
      }
    }

    /** The descriptors as they were written, with what they say beyond the usual members. */
    List<Json.Obj> referrers(Digest subject) throws IOException {
      List<Json.Obj> all = new ArrayList<>();
      Path referrers = link("_referrers", subject);
      for (String file : list(referrers)) {
        try {
          all.add(Json.parseObject(Files.readAllBytes(referrers.resolve(file))));
        } catch (NoSuchFileException _) {
          // it has just been removed
        }
      }
      return all;
    }

    void addReferrer(Digest subject, Digest referrer, Json.Obj descriptor) throws IOException {
      Atomic.write(
          store.root(),
          link("_referrers", subject).resolve(fileName(referrer)),
          descriptor.bytes());
    }

    private Path link(String kind, Digest digest) {
      return folder.resolve(kind).resolve(fileName(digest));
    }
  }

  private static String fileName(Digest digest) {
    return digest.algorithm() + "-" + digest.hex();
  }

  private static Optional<Descriptor> read(Path file) throws IOException {
    try {
      return Optional.of(Descriptor.fromJson(Json.parseObject(Files.readAllBytes(file))));
    } catch (NoSuchFileException | NotDirectoryException _) {
      return Optional.empty();
    }
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    }
  }
}
