package dev.jbuild.engine.check;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Re-hashes every blob, compares every layer folder with what it was made from, and follows every
 * name. What is damaged can be taken away, and made again where the original is here; then the next
 * pull or build brings the rest.
 */
public final class StoreCheck {
  private final Store store;
  private final Layers layers;
  private final boolean repair;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<Digest> badBlobs = new HashSet<>();
  private final Set<Digest> originals = new LinkedHashSet<>();
  private int blobs;
  private int folders;
  private int names;

  private StoreCheck(Store store, Layers layers, boolean repair) {
    this.store = store;
    this.layers = layers;
    this.repair = repair;
  }

  /** What was looked at, and what was found. */
  public record Report(int blobs, int layers, int names, List<Finding> findings) {
    /** Whether something is still wrong. */
    public boolean isWrong() {
      return !findings.stream().allMatch(Finding::repaired);
    }
  }

  /**
   * Looks the store over. Nobody is kept waiting: what comes or goes meanwhile is no finding.
   *
   * @param repair whether damaged things are removed or made again
   * @param registry brings back what came from a registry; only asked to repair
   * @param progress hears what is looked at
   */
  public static Report run(
      Store store,
      Layers layers,
      boolean repair,
      Supplier<RegistryClient> registry,
      Consumer<String> progress)
      throws IOException {
    StoreCheck check = new StoreCheck(store, layers, repair);
    try (Lease lease = store.lease()) {
      progress.accept("blobs");
      check.blobs();
      progress.accept("layers");
      check.layers(lease);
      check.indexes();
      progress.accept("images");
      check.names(new Mending(store, layers, registry, lease));
    }
    return new Report(check.blobs, check.folders, check.names, List.copyOf(check.findings));
  }

  private void blobs() throws IOException {
    for (Digest digest : store.blobs().all()) {
      blobs++;
      try (InputStream in = store.blobs().open(digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      } catch (NoSuchFileException _) {
        // the collector took it
      } catch (StoreException _) {
        badBlobs.add(digest);
        if (repair) {
          store.blobs().remove(digest);
        }
        add("blob " + digest + " has other content than its name says", "", repair);
      }
    }
  }

  private void layers(Lease lease) throws IOException {
    for (LayerId id : layers.all().toList()) {
      Optional<Layer> layer = layers.byId(id);
      if (layer.isEmpty()) {
        continue;
      }
      folders++;
      Optional<LayerFacts> facts = layers.facts(id);
      if (facts.isEmpty()) {
        continue; // not measured yet, so that nothing is known that could differ
      }
      boolean same;
      try {
        same = isSame(lease, layer.get(), facts.get());
      } catch (NoSuchFileException _) {
        same = layers.byId(id).isEmpty();
      }
      if (!same) {
        damaged(lease, layer.get(), facts.get());
      }
    }
  }

  /** Whether a folder still is what it was when it was measured or unpacked. */
  private boolean isSame(Lease lease, Layer layer, LayerFacts facts) throws IOException {
    DiffId now = packed(layer);
    if (facts.blob().isEmpty()) {
      return now.equals(facts.diffId());
    }
    Digest blob = facts.blob().get().digest();
    if (!store.blobs().has(blob) || badBlobs.contains(blob)) {
      return true; // nothing to compare it with; the blob is a finding by itself
    }
    // A pulled tar is not the one that would be packed: the original is unpacked once more.
    try (InputStream in = store.blobs().open(blob)) {
      Layer again = layers.unpack(lease.id(), in, Optional.empty(), Optional.empty());
      boolean same = packed(again).equals(now);
      if (!again.id().equals(layer.id())) {
        layers.remove(again.id());
      }
      return same;
    }
  }

  private DiffId packed(Layer layer) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      layers.pack(layer, out);
    }
    return new DiffId(Digest.of(sha256.digest()));
  }

  private void damaged(Lease lease, Layer layer, LayerFacts facts) throws IOException {
    String what = "layer " + facts.diffId() + " has other files than it was made with";
    if (!repair) {
      add(what, "'jbuild store fsck --repair' removes it, or unpacks it anew", false);
      return;
    }
    layers.remove(layer.id());
    if (facts.blob().isPresent() && store.blobs().has(facts.blob().get().digest())) {
      try (InputStream in = store.blobs().open(facts.blob().get().digest())) {
        layers.unpack(lease.id(), in, Optional.of(facts.diffId()), facts.blob());
        add(what, "unpacked anew", true);
        return;
      }
    }
    add(what, "removed; the next build makes it again", true);
  }

  /** Entries that lead to layers that are gone: they would be found and then not be there. */
  private void indexes() throws IOException {
    Path folder = store.root().resolve("diffids");
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        if (leadsNowhere(entry)) {
          if (repair) {
            Files.deleteIfExists(entry);
          }
          add("the index entry diffids/" + entry.getFileName() + " leads nowhere", "", repair);
        }
      }
    } catch (NoSuchFileException _) {
      // there has never been a layer
    }
  }

  /** Looks twice: a layer that goes loses its entry first, which may be another's by then. */
  private boolean leadsNowhere(Path entry) throws IOException {
    try {
      for (int look = 0; look < 2; look++) {
        String id = Files.readString(entry);
        if (id.matches("[0-9a-f]{32}") && layers.byId(new LayerId(id)).isPresent()) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private void names(Mending mending) throws IOException {
    for (Names.Named named : store.names().list()) {
      names++;
      String name =
          named
              .reference()
              .map(r -> r.familiar())
              .orElseGet(() -> named.target().digest().toString());
      List<String> mended = repair ? mending.mend(named) : List.of();
      originals.clear();
      Optional<String> missing = missing(named.target(), mending);
      if (missing.isPresent() && !stands(named)) {
        continue; // taken away, or moved, while this was looked at
      }
      for (String line : mended) {
        add("image " + name + ": " + line, "", missing.isEmpty());
      }
      for (Digest original : originals) {
        String what = "image " + name + ": the original " + original + " of a layer is missing";
        add(what, "it runs; 'jbuild store fsck --repair' or another pull brings it back", false);
      }
      if (missing.isEmpty()) {
        continue;
      }
      if (repair) {
        if (named.reference().isPresent()) {
          store.names().remove(named.reference().get());
        } else {
          store.names().removeUntagged(named.target().digest());
        }
      }
      add(
          "image " + name + ": " + missing.get(),
          repair
              ? "its name is removed; pull or build it again"
              : "'jbuild store fsck --repair' brings back what a registry has; else pull or build it again",
          repair);
    }
    if (repair) {
      Linux.syncfs(store.root());
    }
  }

  private boolean stands(Names.Named named) {
    return named.reference().isPresent()
        ? store.names().get(named.reference().get()).equals(Optional.of(named.target()))
        : Files.exists(store.names().untagged(named.target().digest()));
  }

  /** What an image lacks; nothing when it can be used. */
  private Optional<String> missing(Descriptor target, Mending mending) throws IOException {
    try {
      if (!store.blobs().has(target.digest())) {
        return Optional.of("its manifest " + target.digest() + " is missing");
      }
      byte[] bytes = store.blobs().read(target.digest());
      if (!MediaTypes.isIndex(target.mediaType())) {
        return missing(Manifest.parse(bytes));
      }
      Optional<String> broken = Optional.empty();
      boolean known = false;
      for (Descriptor one : ImageIndex.parse(bytes).manifests()) {
        if (!store.blobs().has(one.digest())) {
          continue;
        }
        known = true;
        Manifest manifest = Manifest.parse(store.blobs().read(one.digest()));
        Optional<String> lacks = missing(manifest);
        if (lacks.isEmpty()) {
          return lacks;
        }
        if (!mending.isElsewhere(manifest)) {
          broken = lacks;
        }
      }
      return known ? broken : Optional.of("none of its platforms is here");
    } catch (JsonException | StoreException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Optional<String> missing(Manifest manifest) throws IOException {
    Digest config = manifest.config().digest();
    if (!store.blobs().has(config)) {
      return Optional.of("its config " + config + " is missing");
    }
    if (!manifest.isImage()) {
      return manifest.layers().stream()
          .filter(blob -> !store.blobs().has(blob.digest()))
          .findFirst()
          .map(blob -> "its part " + blob.digest() + " is missing");
    }
    for (DiffId diffId : ImageConfig.parse(store.blobs().read(config)).diffIds()) {
      Optional<Layer> layer = layers.byDiffId(diffId);
      if (layer.isEmpty()) {
        return Optional.of("its layer " + diffId + " is missing");
      }
      Optional<Descriptor> blob = layers.facts(layer.get().id()).flatMap(LayerFacts::blob);
      if (blob.isPresent() && !store.blobs().has(blob.get().digest())) {
        originals.add(blob.get().digest());
      }
    }
    return Optional.empty();
  }

  private void add(String what, String lost, boolean repaired) {
    findings.add(new Finding(what, lost, repaired));
  }
}
