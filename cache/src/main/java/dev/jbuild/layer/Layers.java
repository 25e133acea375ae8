package dev.jbuild.layer;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** The layers of a store. */
@SuppressWarnings({"DoNotCallSuggester", "ObjectToString"})
public final class Layers {
  private final Path root;

  private Layers(Path root) {
    this.root = root;
  }

  /** The layers below a store's root. */
  public static Layers open(Path storeRoot) {
    return new Layers(storeRoot);
  }

  /** Begins a layer, in a folder that belongs to the lease. */
  public Draft draft(String leaseId) throws IOException {
    return new Draft(root.resolve(leaseId));
  }

  public Optional<Layer> byId(LayerId id) throws IOException {
    throw new UnsupportedOperationException("byId " + id);
  }

  /** A layer whose uncompressed tar has this digest. */
  public Optional<Layer> byDiffId(DiffId diffId) throws IOException {
    throw new UnsupportedOperationException("byDiffId " + diffId);
  }

  /** A layer whose tree has this content digest. */
  public Optional<Layer> byContent(Digest content) throws IOException {
    throw new UnsupportedOperationException("byContent " + content);
  }

  /** What is known of a layer; absent until it has been measured. */
  public Optional<LayerFacts> facts(LayerId id) throws IOException {
    throw new UnsupportedOperationException("facts " + id);
  }

  /** What is known of a layer, reading it through once when that is not yet written down. */
  public LayerFacts measure(Layer layer) throws IOException {
    throw new UnsupportedOperationException("measure " + layer);
  }

  /** Extracts an uncompressed or compressed tar into a new layer and verifies its DiffId. */
  public Layer unpack(
      String leaseId, InputStream tar, Optional<DiffId> expected, Optional<Descriptor> blob)
      throws IOException {
    throw new UnsupportedOperationException("unpack " + leaseId + tar + expected + blob);
  }

  /** Writes a layer's deterministic tar, the bytes that {@link #measure} digests. */
  public void pack(Layer layer, OutputStream out) throws IOException {
    throw new UnsupportedOperationException("pack " + layer + out);
  }

  /** The uncompressed tar of a layer: packed for layers made here, the original for pulled ones. */
  public InputStream openTar(DiffId diffId, BlobOpener blobs) throws IOException {
    throw new UnsupportedOperationException("openTar " + diffId + blobs);
  }

  /** Writes a planned tree into a draft, digesting it on the way. */
  public TreeResult write(
      Draft draft, List<PlannedEntry> entries, Optional<Layer> previous, LongConsumer progress)
      throws IOException {
    throw new UnsupportedOperationException("write " + draft + entries + previous + progress);
  }

  /**
   * Extracts an archive, compressed or not, into a draft, following the links of what lies below.
   *
   * @param chown uid and gid for everything, instead of the archive's own
   */
  public void extractArchive(
      Draft draft, LowerView below, String destDir, InputStream archive, Optional<int[]> chown)
      throws IOException {
    throw new UnsupportedOperationException("extract " + draft + below + destDir + archive + chown);
  }

  public void remove(LayerId id) throws IOException {
    throw new UnsupportedOperationException("remove " + id);
  }

  public Stream<LayerId> all() throws IOException {
    throw new UnsupportedOperationException("all");
  }
}
