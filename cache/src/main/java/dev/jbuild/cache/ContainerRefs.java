package dev.jbuild.cache;

import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Blobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What containers are made from: {@code containers/ID/refs} has a line for each layer, its id, and
 * may have lines {@code sha256:…} for the manifest, or the index that it came with.
 */
final class ContainerRefs {
  private final List<Set<String>> containers;

  private ContainerRefs(List<Set<String>> containers) {
    this.containers = containers;
  }

  static ContainerRefs read(Path root) throws IOException {
    List<Set<String>> containers = new ArrayList<>();
    for (Path container : Listing.of(root.resolve("containers"))) {
      Path refs = container.resolve("refs");
      try {
        containers.add(new HashSet<>(Files.readAllLines(refs)));
      } catch (NoSuchFileException | NotDirectoryException _) {
        // not a container, or one that is being made, whose lease keeps what it needs
      } catch (java.nio.file.FileSystemException e) {
        // ENOTDIR has no exception of its own: the name of a container is a file
        if (Files.isDirectory(container)) {
          throw e;
        }
      }
    }
    return new ContainerRefs(containers);
  }

  void mark(Reach reach) throws IOException {
    for (Set<String> container : containers) {
      for (String line : container) {
        if (Digest.isDigest(line)) {
          reach.addImage(Digest.parse(line));
        } else {
          reach.addLayer(line);
        }
      }
    }
  }

  /** Whether a container is made from an image: from all of its layers. */
  boolean use(Descriptor image, Blobs blobs, Layers layers) throws IOException {
    if (containers.isEmpty()) {
      return false;
    }
    Reach reach = new Reach(blobs, layers);
    reach.addImage(image);
    Set<String> ids = new HashSet<>();
    reach.layers.forEach(id -> ids.add(id.value()));
    for (Set<String> container : containers) {
      if (container.contains(image.digest().toString())
          || !ids.isEmpty() && container.containsAll(ids)) {
        return true;
      }
    }
    return false;
  }
}
