package dev.jbuild.store;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Names of images: one small file a name, which says the manifest's type, digest and size. */
public final class Names {
  private final Path root;

  Names(Path root) {
    this.root = root;
  }

  /**
   * An image that is known by a name, or lost its last one.
   *
   * @param since when the name was given
   */
  public record Named(Optional<ImageReference> reference, Descriptor target, Instant since) {}

  /** What a name stands for; a name without a tag means {@code latest}. */
  public Optional<Descriptor> get(ImageReference reference) {
    return read(file(reference));
  }

  /** Moves a name; an image that thereby loses its last name stays as an untagged one. */
  public void set(ImageReference reference, Descriptor target) throws IOException {
    try (OpenFile _ = alone()) {
      Optional<Descriptor> before = get(reference);
      Atomic.write(root, file(reference), print(target));
      Files.deleteIfExists(untagged(target.digest()));
      if (before.isPresent() && !before.get().digest().equals(target.digest())) {
        keepUnlessNamed(before.get());
      }
    }
  }

  /** Of several who move one name at once, each sees the image that it takes the name from. */
  private OpenFile alone() throws IOException {
    OpenFile lock = Dir.HERE.lockFile(root.resolve("locks/names").toString());
    lock.lock(true, true);
    return lock;
  }

  /** Takes a name away, and says whether it was there. The image stays if it has others. */
  public boolean remove(ImageReference reference) throws IOException {
    return Files.deleteIfExists(file(reference));
  }

  /** Keeps an image that has no name. */
  public void addUntagged(Descriptor target) throws IOException {
    try (OpenFile _ = alone()) {
      keepUnlessNamed(target);
    }
  }

  /** Forgets an image that has no name. */
  public boolean removeUntagged(Digest manifest) throws IOException {
    return Files.deleteIfExists(untagged(manifest));
  }

  /** All images, sorted by name, the untagged ones last. */
  public List<Named> list() throws IOException {
    List<Named> all = new ArrayList<>();
    SortedMap<String, Named> named = new TreeMap<>();
    for (Path file : files("names")) {
      String name = URLDecoder.decode(file.getFileName().toString(), StandardCharsets.UTF_8);
      Optional<ImageReference> reference = Optional.of(ImageReference.parse(name));
      named(reference, file).ifPresent(one -> named.put(reference.get().toString(), one));
    }
    all.addAll(named.values());
    for (Path file : files("untagged")) {
      named(Optional.empty(), file).ifPresent(all::add);
    }
    return all;
  }

  /** Absent when the name is taken away while somebody looks. */
  private static Optional<Named> named(Optional<ImageReference> reference, Path file)
      throws IOException {
    try {
      Instant since = Files.getLastModifiedTime(file).toInstant();
      return read(file).map(target -> new Named(reference, target, since));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private void keepUnlessNamed(Descriptor target) throws IOException {
    for (Path file : files("names")) {
      Optional<Descriptor> named = read(file);
      if (named.isPresent() && named.get().digest().equals(target.digest())) {
        return;
      }
    }
    Atomic.write(root, untagged(target.digest()), print(target));
  }

  /** The file of a name, there or not. */
  public Path file(ImageReference reference) {
    String name = reference.withDefaultTag().toString();
    return root.resolve("names").resolve(URLEncoder.encode(name, StandardCharsets.UTF_8));
  }

  /** The file that keeps an image without a name, there or not. */
  public Path untagged(Digest manifest) {
    return root.resolve("untagged").resolve(manifest.hex());
  }

  /** Sorted. */
  private List<Path> files(String folder) throws IOException {
    Path path = root.resolve(folder);
    try (Dir dir = Dir.open(path)) {
      String[] names = dir.names().toArray(String[]::new);
      Arrays.sort(names);
      List<Path> files = new ArrayList<>(names.length);
      for (String name : names) {
        files.add(path.resolve(name));
      }
      return files;
    }
  }

  /** What such a file says. */
  public static String print(Descriptor target) {
    return target.mediaType() + " " + target.digest() + " " + target.size() + "\n";
  }

  private static Optional<Descriptor> read(Path file) {
    try {
      String[] parts = Files.readString(file).strip().split(" ", -1);
      if (parts.length != 3 || !Digest.isDigest(parts[1])) {
        return Optional.empty();
      }
      return Optional.of(Descriptor.of(parts[0], Digest.parse(parts[1]), Long.parseLong(parts[2])));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException | NumberFormatException e) {
      throw new StoreException("cannot read the name " + file + ": " + Reason.of(e), e);
    }
  }
}
