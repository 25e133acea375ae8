package dev.jbuild.engine;

import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which repositories have which blobs, and as what images were pushed: what was pulled from or
 * pushed to a registry need not be sent to it again. Losing this costs only time.
 */
public final class Origins {
  private static final int MOST = 8;

  private final Store store;

  public Origins(Store store) {
    this.store = store;
  }

  /** A repository has a blob. */
  public void seen(Digest blob, ImageReference repository) throws IOException {
    add("origins", blob, repository.name());
  }

  /** Another repository of the same registry that has a blob, the latest first. */
  List<String> elsewhere(Digest blob, ImageReference repository) {
    String registry = repository.registry() + "/";
    return lines("origins", blob).reversed().stream()
        .filter(name -> name.startsWith(registry) && !name.equals(repository.name()))
        .map(name -> name.substring(registry.length()))
        .toList();
  }

  /** The repository where a blob was seen last. */
  public Optional<ImageReference> anywhere(Digest blob) {
    List<String> names = lines("origins", blob);
    return names.isEmpty() ? Optional.empty() : Optional.of(ImageReference.parse(names.getLast()));
  }

  /** Whether anything has come from or gone to a repository. */
  public boolean isKnown(ImageReference repository) {
    try (Stream<Path> files = Files.list(store.root().resolve("origins"))) {
      return files.anyMatch(file -> {
        try {
          return Files.readAllLines(file).contains(repository.name());
        } catch (IOException _) {
          return false;
        }
      });
    } catch (IOException _) {
      return false;
    }
  }

  /** An image went to a repository, and has there another manifest than here. */
  void pushed(Digest target, ImageReference repository, Digest manifest) throws IOException {
    add("pushed", target, repository.name() + "@" + manifest);
  }

  /** The digest under which a repository has an image of this store, when it was pushed. */
  public Optional<Digest> pushed(Digest target, ImageReference repository) {
    String prefix = repository.name() + "@";
    return lines("pushed", target).reversed().stream()
        .filter(line -> line.startsWith(prefix) && Digest.isDigest(line.substring(prefix.length())))
        .map(line -> Digest.parse(line.substring(prefix.length())))
        .findFirst();
  }

  private void add(String folder, Digest digest, String line) throws IOException {
    List<String> lines = new ArrayList<>(lines(folder, digest));
    if (!lines.isEmpty() && lines.getLast().equals(line)) {
      return;
    }
    lines.remove(line);
    lines.add(line);
    List<String> kept = lines.subList(Math.max(0, lines.size() - MOST), lines.size());
    Atomic.write(store.root(), file(folder, digest), String.join("\n", kept) + "\n");
  }

  private List<String> lines(String folder, Digest digest) {
    try {
      return Files.readAllLines(file(folder, digest));
    } catch (IOException _) {
      return List.of(); // as if nothing were known
    }
  }

  private Path file(String folder, Digest digest) {
    return store.root().resolve(folder).resolve(digest.hex());
  }
}
