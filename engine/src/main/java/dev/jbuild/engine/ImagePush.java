package dev.jbuild.engine;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.archive.AtOnce;
import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Exports;
import dev.jbuild.engine.archive.Outgoing;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.engine.archive.Part;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistryException;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Sends images to registries (distribution-spec, Push). What the registry has is not sent; what
 * another repository of it has is mounted; layers go several at once, manifests last.
 */
public final class ImagePush {
  private final Store store;
  private final Layers layers;
  private final Origins origins;
  private final Supplier<RegistryClient> registry;

  public ImagePush(Store store, Layers layers, Supplier<RegistryClient> registry) {
    this.store = store;
    this.layers = layers;
    this.origins = new Origins(store);
    this.registry = registry;
  }

  /** Hears what becomes of each layer. */
  public interface Progress {
    /** A layer reached a state, e.g. {@code Layer already exists}. */
    void state(Digest layer, String state);

    /** Bytes of a layer that have been sent so far. */
    void sent(Digest layer, long current, long total);
  }

  /**
   * Sends an image under a name.
   *
   * @return the manifest or index as the registry has it
   */
  public Descriptor push(
      ImageReference reference, LocalImage image, Packing packing, Progress progress)
      throws IOException {
    try (Lease lease = store.lease()) {
      lease.pin(image.layers().stream().map(layer -> layer.id().value()).toList());
      Bundle bundle = new Exports(store, layers).bundle(image, packing, List.of(reference));
      return push(reference, image.target().digest(), bundle, progress);
    }
  }

  /**
   * Sends what has been made ready; whoever calls holds a lease.
   *
   * @param target the digest by which the store knows the image
   */
  public Descriptor push(ImageReference reference, Digest target, Bundle bundle, Progress progress)
      throws IOException {
    Part top = bundle.top();
    Map<Digest, Part> blobs = new LinkedHashMap<>();
    for (Outgoing image : bundle.images()) {
      for (Part layer : image.layers()) {
        if (blobs.putIfAbsent(layer.descriptor().digest(), layer) == null) {
          progress.state(layer.descriptor().digest(), "Preparing");
        }
      }
    }
    boolean there =
        registry
            .get()
            .headOfOrigin(reference)
            .map(d -> d.digest().equals(top.descriptor().digest()))
            .orElse(false);
    if (there) {
      blobs.keySet().forEach(digest -> progress.state(digest, "Layer already exists"));
    } else {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (Part layer : blobs.values()) {
        work.add(() -> blob(reference, layer, progress));
      }
      for (Outgoing image : bundle.images()) {
        Part config = image.config();
        if (blobs.putIfAbsent(config.descriptor().digest(), config) == null) {
          work.add(() -> blob(reference, config, QUIET));
        }
      }
      AtOnce.all(work);
      manifests(reference, bundle, top);
    }
    for (Digest digest : blobs.keySet()) {
      origins.seen(digest, reference);
    }
    if (!target.equals(top.descriptor().digest())) {
      origins.pushed(target, reference, top.descriptor().digest());
    }
    return top.descriptor();
  }

  /** Sends an image as one of an index that follows: under its digest, without a tag. */
  Descriptor pushByDigest(ImageReference repository, LocalImage image, Progress progress)
      throws IOException {
    Bundle bundle = new Exports(store, layers).bundle(image, Packing.USUAL, List.of());
    return push(
        repository.withDigest(bundle.top().descriptor().digest()),
        image.target().digest(),
        bundle,
        progress);
  }

  /** Brings a blob from the repository where it was seen, by a mount or through this machine. */
  void relay(ImageReference to, Descriptor blob) throws IOException {
    RegistryClient client = registry.get();
    if (client.hasBlob(to, blob.digest())) {
      return;
    }
    for (String repository : origins.elsewhere(blob.digest(), to)) {
      if (isMounted(client, to, blob.digest(), repository)) {
        return;
      }
    }
    if (!store.blobs().has(blob.digest())) {
      fetch(client, blob);
    }
    client.pushBlob(to, blob, () -> store.blobs().openUnchecked(blob.digest()), _ -> {});
  }

  private void fetch(RegistryClient client, Descriptor blob) throws IOException {
    ImageReference from =
        origins
            .anywhere(blob.digest())
            .orElseThrow(() ->
                new EngineException(1, "blob " + blob.digest() + " is in no registry known here"));
    try (Ingest ingest = store.blobs().ingest()) {
      client.fetchBlob(from, blob, ingest, _ -> {});
      ingest.commit(blob.digest(), blob.size());
    }
  }

  private void manifests(ImageReference reference, Bundle bundle, Part top) throws IOException {
    if (bundle.isIndex()) {
      for (Outgoing image : bundle.images()) {
        Descriptor manifest = image.manifest().descriptor();
        registry
            .get()
            .pushManifest(
                reference.withDigest(manifest.digest()),
                manifest.mediaType(),
                image.manifestBytes());
      }
    }
    try (InputStream in = top.content().open()) {
      registry.get().pushManifest(reference, top.descriptor().mediaType(), in.readAllBytes());
    }
  }

  /** Returns whether bytes were sent. */
  private boolean blob(ImageReference reference, Part part, Progress shown) throws IOException {
    Descriptor blob = part.descriptor();
    RegistryClient client = registry.get();
    if (client.hasBlob(reference, blob.digest())) {
      shown.state(blob.digest(), "Layer already exists");
      return false;
    }
    for (String repository : origins.elsewhere(blob.digest(), reference)) {
      if (isMounted(client, reference, blob.digest(), repository)) {
        shown.state(blob.digest(), "Mounted from " + repository);
        return false;
      }
    }
    boolean sent =
        client.pushBlob(
            reference,
            blob,
            () -> bytes(part),
            count -> shown.sent(blob.digest(), count, blob.size()));
    shown.state(blob.digest(), sent ? "Pushed" : "Layer already exists");
    return sent;
  }

  /** The registry compares the digest, so that here nobody has to. */
  private InputStream bytes(Part part) throws IOException {
    Digest digest = part.descriptor().digest();
    InputStream made = part.content().open();
    if (!store.blobs().has(digest)) {
      return made;
    }
    made.close();
    return store.blobs().openUnchecked(digest);
  }

  /** A repository that we may not read any more is no reason to fail: the blob is sent. */
  private static boolean isMounted(
      RegistryClient client, ImageReference reference, Digest blob, String from) {
    try {
      return client.mountBlob(reference, blob, from);
    } catch (RegistryException _) {
      return false;
    }
  }

  private static final Progress QUIET =
      new Progress() {
        @Override
        public void state(Digest layer, String state) {
          // a config is no layer
        }

        @Override
        public void sent(Digest layer, long current, long total) {
          // a config is no layer
        }
      };
}
