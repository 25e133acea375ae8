package dev.jbuild.engine.archive;

import dev.jbuild.engine.archive.Packing.Kind;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Layers as blobs. A layer is compressed once: the digest is written down, and the bytes stay in
 * the store until the collector takes them; then they can be made again, being always the same.
 */
final class PackedLayers {
  private final Store store;
  private final Layers layers;

  PackedLayers(Store store, Layers layers) {
    this.store = store;
    this.layers = layers;
  }

  /** One way in which a layer was compressed before. */
  private record Packed(Kind kind, int level, Digest digest, long size) {}

  /**
   * A layer's blob.
   *
   * @param listed what the image's manifest says of the layer
   */
  Part pack(Layer layer, Descriptor listed, Packing packing) throws IOException {
    LayerFacts facts = layers.measure(layer);
    Optional<Part> kept = kept(facts, listed, packing);
    return kept.isPresent() ? kept.get() : fresh(facts, packing);
  }

  /** A layer's blob, whatever images say of it. */
  Part pack(Layer layer, Packing packing) throws IOException {
    return fresh(layers.measure(layer), packing);
  }

  /** The blob that the manifest names, or that came with the layer, where it may stay. */
  private Optional<Part> kept(LayerFacts facts, Descriptor listed, Packing packing)
      throws IOException {
    boolean plain = listed.digest().equals(facts.diffId().digest());
    boolean asked = Kind.of(listed.mediaType()) == packing.kind();
    if (asked || !packing.force()) {
      if (store.blobs().has(listed.digest())) {
        return Optional.of(new Part(listed, () -> store.blobs().open(listed.digest())));
      }
      if (plain && packing.kind() == Kind.NONE) {
        return Optional.of(new Part(listed, () -> tar(facts)));
      }
      for (Packed known : known(facts.diffId())) {
        if (known.digest.equals(listed.digest())) {
          return Optional.of(new Part(listed, () -> again(facts, known)));
        }
      }
    }
    Optional<Descriptor> original = facts.blob();
    boolean fits =
        original.isPresent()
            && store.blobs().has(original.get().digest())
            && (!packing.force() || Kind.of(original.get().mediaType()) == packing.kind());
    return fits
        ? Optional.of(new Part(original.get(), () -> store.blobs().open(original.get().digest())))
        : Optional.empty();
  }

  private Part fresh(LayerFacts facts, Packing packing) throws IOException {
    if (packing.kind() == Kind.NONE) {
      Descriptor plain =
          Descriptor.of(MediaTypes.OCI_LAYER, facts.diffId().digest(), facts.tarSize());
      return new Part(plain, () -> tar(facts));
    }
    for (Packed known : known(facts.diffId())) {
      if (known.kind == packing.kind() && known.level == packing.level()) {
        return new Part(descriptor(known), () -> again(facts, known));
      }
    }
    Packed made = compress(facts, packing.kind(), packing.level());
    remember(facts.diffId(), made);
    return new Part(descriptor(made), () -> again(facts, made));
  }

  /** The media type of a layer's blob, by its first bytes. */
  static String typeOf(Store store, Digest blob) throws IOException {
    try (InputStream in = Files.newInputStream(store.blobs().path(blob))) {
      byte[] head = in.readNBytes(4);
      if (head.length > 1 && head[0] == 0x1f && (head[1] & 0xff) == 0x8b) {
        return MediaTypes.OCI_LAYER_GZIP;
      }
      boolean zstd =
          head.length == 4 && head[0] == 0x28 && (head[1] & 0xff) == 0xb5 && head[2] == 0x2f;
      return zstd ? MediaTypes.OCI_LAYER_ZSTD : MediaTypes.OCI_LAYER;
    }
  }

  private static Descriptor descriptor(Packed packed) {
    String type = packed.kind == Kind.ZSTD ? MediaTypes.OCI_LAYER_ZSTD : MediaTypes.OCI_LAYER_GZIP;
    return Descriptor.of(type, packed.digest, packed.size);
  }

  /** The compressed bytes: those in the store, or made again. */
  private InputStream again(LayerFacts facts, Packed packed) throws IOException {
    if (!store.blobs().has(packed.digest)) {
      Packed made = compress(facts, packed.kind, packed.level);
      if (!made.digest.equals(packed.digest)) {
        Files.deleteIfExists(file(facts.diffId()));
        throw new IOException(
            "layer "
                + facts.diffId()
                + " was compressed by another version of the compressor and is not the same any"
                + " more; try again, and it gets a new digest");
      }
    }
    return store.blobs().open(packed.digest);
  }

  private Packed compress(LayerFacts facts, Kind kind, int level) throws IOException {
    try (Ingest ingest = store.blobs().ingest()) {
      Optional<Layer> packed =
          facts.blob().isPresent() ? Optional.empty() : layers.byDiffId(facts.diffId());
      if (kind == Kind.GZIP && packed.isPresent()) {
        Compression.gzipTo(level, ingest, out -> layers.pack(packed.get(), out));
      } else {
        compressTar(facts, kind, level, ingest);
      }
      long size = ingest.written();
      return new Packed(kind, level, ingest.commit(), size);
    }
  }

  private void compressTar(LayerFacts facts, Kind kind, int level, Ingest ingest)
      throws IOException {
    try (InputStream tar = tar(facts)) {
      if (kind == Kind.ZSTD) {
        Compression.zstdAt(level, tar, ingest);
      } else {
        Compression.gzipAt(level, tar, ingest);
      }
    }
  }

  private InputStream tar(LayerFacts facts) throws IOException {
    return layers.openTar(facts.diffId(), blob -> store.blobs().open(blob.digest()));
  }

  private Path file(DiffId diffId) {
    return store.root().resolve("packed").resolve(diffId.digest().hex());
  }

  private List<Packed> known(DiffId diffId) throws IOException {
    List<Packed> all = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file(diffId))) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 4 && Digest.isDigest(parts[2])) {
          all.add(
              new Packed(
                  Kind.valueOf(parts[0]),
                  Integer.parseInt(parts[1]),
                  Digest.parse(parts[2]),
                  Long.parseLong(parts[3])));
        }
      }
    } catch (NoSuchFileException | IllegalArgumentException _) {
      // Never packed, or written by a crash: it only saves time.
      return all;
    }
    return all;
  }

  private void remember(DiffId diffId, Packed packed) throws IOException {
    StringBuilder text = new StringBuilder();
    List<Packed> all = known(diffId);
    all.removeIf(p -> p.kind == packed.kind && p.level == packed.level);
    all.add(packed);
    for (Packed p : all) {
      text.append(p.kind + " " + p.level + " " + p.digest + " " + p.size + "\n");
    }
    Atomic.write(store.root(), file(diffId), text.toString());
  }
}
