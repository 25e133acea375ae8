package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.Unsynced;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a store: folders that are never changed after {@link Draft#commit}, with what is
 * known of them, found by id or by DiffId.
 *
 * <p>Everything becomes visible by a rename, so that readers never see half of it. Nothing here is
 * synced: a mark says so ({@link Unsynced}).
 */
public final class Layers {
  /** Begins a layer's name among the unsynced ones. */
  public static final String MARK = "layer-";

  static final String FS = "fs";
  static final String FACTS = "facts";
  static final String ENTRIES = "entries";

  private static final AtomicInteger SERIAL = new AtomicInteger();

  private final Path root;
  private final Path layers;
  private final Path temporary;
  private final OptionalLong mostUnpacked;
  private @Nullable Unsynced unsynced;

  private Layers(Path root, OptionalLong mostUnpacked) {
    this.root = root;
    this.mostUnpacked = mostUnpacked;
    layers = root.resolve("layers");
    temporary = root.resolve("tmp");
  }

  /** The layers below a store's root, which need not exist yet. */
  public static Layers open(Path storeRoot) {
    return open(storeRoot, OptionalLong.empty());
  }

  /**
   * The same with another limit to what archives may become.
   *
   * @param mostUnpacked in bytes; absent for what no compressor makes of real files
   */
  public static Layers open(Path storeRoot, OptionalLong mostUnpacked) {
    return new Layers(storeRoot.toAbsolutePath().normalize(), mostUnpacked);
  }

  /** Begins a layer, in a temporary folder that belongs to the lease. */
  public Draft draft(String leaseId) throws IOException {
    Files.createDirectories(temporary);
    while (true) {
      Path folder = temporary.resolve(leaseId + "-" + SERIAL.incrementAndGet());
      try {
        Files.createDirectory(folder);
      } catch (FileAlreadyExistsException _) {
        continue;
      }
      Draft draft = new Draft(this, folder);
      try {
        Files.createDirectory(draft.fs());
        Files.createDirectory(draft.work());
        // Whatever the umask and the set-group-ID bit of the store's folder made of it.
        Linux.lchown(draft.fs(), Linux.euid(), Linux.egid());
        Linux.chmod(draft.fs(), 0755);
        return draft;
      } catch (IOException | RuntimeException e) {
        draft.close();
        throw e;
      }
    }
  }

  /** The layer; the draft's folder has become it, or it was there before and is the same. */
  Layer commit(Draft draft) throws IOException {
    LayerFacts facts = draft.known();
    if (facts != null) {
      Optional<Layer> same = byDiffId(facts.diffId());
      if (same.isPresent()) {
        return same.get();
      }
    }
    ready(draft);
    LayerId id = newId();
    while (true) {
      try {
        Dir.HERE.rename(draft.folder().toString(), Dir.HERE, folder(id).toString());
      } catch (FileAlreadyExistsException _) {
        id = newId();
        continue;
      } catch (NoSuchFileException e) {
        // Somebody else may have made the folder of layers by now: the draft is what tells.
        if (!Files.isDirectory(draft.folder())) {
          throw e;
        }
        Files.createDirectories(layers);
        continue;
      }
      draft.setCommitted();
      if (facts != null) {
        index(id, facts);
      }
      return layer(id);
    }
  }

  /**
   * Does of {@link Draft#commit} what can be done beforehand, when nobody writes to the draft any
   * more: then that is little more than a rename.
   */
  public void ready(Draft draft) throws IOException {
    if (draft.isReady()) {
      return;
    }
    LayerFacts facts = draft.known();
    if (facts != null) {
      FactsFile.write(draft.folder().resolve(FACTS), facts);
    }
    Linux.deleteTree(draft.work());
    draft.setReady();
  }

  private synchronized Unsynced unsynced() throws IOException {
    Unsynced marks = unsynced;
    if (marks == null) {
      marks = Unsynced.in(root);
      unsynced = marks;
    }
    return marks;
  }

  /**
   * Waits for the disk where a crash would leave files of these layers that cannot be told from
   * whole ones: layers that were pulled, whose original is another than what they are packed to.
   */
  public void syncPulled(List<Layer> stack) throws IOException {
    Set<String> marks = unsynced().names();
    for (Layer layer : stack) {
      if (marks.contains(MARK + layer.id().value())
          && facts(layer.id()).flatMap(LayerFacts::blob).isPresent()) {
        unsynced().sync();
        return;
      }
    }
  }

  /** Whether a layer is what it was when it was measured; not for those that were pulled. */
  public boolean isWhole(Layer layer) throws IOException {
    Optional<LayerFacts> facts = facts(layer.id());
    if (facts.isEmpty() || facts.get().blob().isPresent()) {
      return false;
    }
    Path list = folder(layer.id()).resolve(ENTRIES + suffix());
    try {
      return TreePass.digest(layer.fs(), list).facts().equals(facts.get());
    } finally {
      Files.deleteIfExists(list);
    }
  }

  private LayerId newId() throws IOException {
    LayerId id = randomId();
    unsynced().mark(MARK + id.value());
    return id;
  }

  private static LayerId randomId() throws IOException {
    // SecureRandom would load a dozen classes of the security providers for the same bytes.
    try (InputStream random = new FileInputStream("/dev/urandom")) {
      return new LayerId(HexFormat.of().formatHex(random.readNBytes(16)));
    }
  }

  private Layer layer(LayerId id) {
    return new Layer(id, folder(id).resolve(FS));
  }

  private Path folder(LayerId id) {
    return layers.resolve(id.value());
  }

  public Optional<Layer> byId(LayerId id) throws IOException {
    return Files.isDirectory(folder(id).resolve(FS)) ? Optional.of(layer(id)) : Optional.empty();
  }

  /** A layer whose uncompressed tar has this digest. */
  public Optional<Layer> byDiffId(DiffId diffId) throws IOException {
    Optional<LayerId> id = indexed(diffIndex(diffId));
    return id.isPresent() ? byId(id.get()) : Optional.empty();
  }

  private static Optional<LayerId> indexed(Path entry) throws IOException {
    try {
      return Optional.of(new LayerId(Files.readString(entry)));
    } catch (NoSuchFileException | IllegalArgumentException _) {
      // Missing, or emptied by a crash before it reached the disk.
      return Optional.empty();
    }
  }

  private Path diffIndex(DiffId diffId) {
    return root.resolve("diffids").resolve(diffId.digest().hex());
  }

  private void index(LayerId id, LayerFacts facts) throws IOException {
    if (byDiffId(facts.diffId()).isPresent()) {
      return; // the older of two alike stays: the younger one is likely to be removed again
    }
    Path entry = diffIndex(facts.diffId());
    Path fresh = folder(id).resolve("index" + suffix());
    Files.writeString(fresh, id.value());
    Files.createDirectories(entry.getParent());
    Files.move(fresh, entry, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Many may measure and name one layer: each has files of its own until they are whole. */
  private String suffix() {
    return "-"
        + ProcessHandle.current().pid()
        + "-"
        + System.nanoTime()
        + "-"
        + SERIAL.incrementAndGet();
  }

  /** What is known of a layer; absent until it has been measured. */
  public Optional<LayerFacts> facts(LayerId id) throws IOException {
    return FactsFile.read(folder(id).resolve(FACTS));
  }

  /**
   * What is known of a layer, reading it through once when that is not written down yet: the DiffId
   * and the digest of the content together, on all cores.
   */
  public LayerFacts measure(Layer layer) throws IOException {
    Optional<LayerFacts> known = facts(layer.id());
    if (known.isPresent()) {
      return known.get();
    }
    Path folder = folder(layer.id());
    String suffix = suffix();
    Path entries = folder.resolve(ENTRIES + suffix);
    Path facts = folder.resolve(FACTS + suffix);
    try {
      LayerFacts found = TreePass.digest(layer.fs(), entries).facts();
      FactsFile.write(facts, found);
      Files.move(entries, folder.resolve(ENTRIES), StandardCopyOption.ATOMIC_MOVE);
      Files.move(facts, folder.resolve(FACTS), StandardCopyOption.ATOMIC_MOVE);
      index(layer.id(), found);
      return found;
    } finally {
      Files.deleteIfExists(entries);
      Files.deleteIfExists(facts);
    }
  }

  /**
   * The same for what a draft holds by now; {@link Draft#commit} writes it down. Nothing may change
   * in the draft afterwards.
   */
  public LayerFacts measure(Draft draft) throws IOException {
    LayerFacts known = draft.known();
    if (known == null) {
      known = TreePass.digest(draft.fs(), draft.folder().resolve(ENTRIES)).facts();
      draft.know(known);
    }
    return known;
  }

  /**
   * Extracts a tar, compressed or not, into a new layer; returns the layer that is there already
   * when the DiffId is known. A failure leaves nothing behind.
   *
   * @param expected what the uncompressed tar must digest to
   * @param blob the original to keep for {@link #openTar}: the layer has its DiffId. Without one
   *     the layer is packed anew and has the DiffId that {@link #measure} finds, which seldom is
   *     that of the stream
   */
  public Layer unpack(
      String leaseId, InputStream tar, Optional<DiffId> expected, Optional<Descriptor> blob)
      throws IOException {
    if (expected.isPresent()) {
      Optional<Layer> known = byDiffId(expected.get());
      if (known.isPresent()) {
        return known.get();
      }
    }
    try (Draft draft = draft(leaseId);
        ReadAhead ahead = new ReadAhead(tar, mostUnpacked);
        Extractor extractor = Extractor.ofLayer(draft.fs())) {
      extractor.extract(new TarReader(ahead));
      DiffId found = new DiffId(ahead.finish());
      if (expected.isPresent() && !expected.get().equals(found)) {
        throw new ArchiveException(
            "the layer's content is %s, and not %s as the image says"
                .formatted(found, expected.get()));
      }
      draft.know(
          blob.isPresent()
              ? new LayerFacts(
                  found,
                  Digest.sha256("layer " + found),
                  ahead.length(),
                  extractor.bytes(),
                  extractor.files(),
                  blob)
              : TreePass.digest(draft.fs(), draft.folder().resolve(ENTRIES)).facts());
      return draft.commit();
    }
  }

  /** Writes a layer's deterministic tar, the bytes that {@link #measure} digests. */
  public void pack(Layer layer, OutputStream out) throws IOException {
    TreePass.pack(layer.fs(), out);
  }

  /** The uncompressed tar of a layer: packed for layers made here, the original for pulled ones. */
  public InputStream openTar(DiffId diffId, BlobOpener blobs) throws IOException {
    Layer layer =
        byDiffId(diffId)
            .orElseThrow(() -> new NoSuchFileException("no layer with the DiffId " + diffId));
    Optional<Descriptor> blob = facts(layer.id()).flatMap(LayerFacts::blob);
    return blob.isPresent()
        ? Compression.open(blobs.open(blob.get()))
        : new PackStream(out -> pack(layer, out));
  }

  /**
   * Writes a planned tree into a draft: one pass over the bytes for the copies, the digests of the
   * files and the DiffId. Folders on the way that nobody planned are made with mode 755 and time 0.
   * What was in the draft before is merged, and replaced where names collide.
   *
   * @param previous a layer whose files are linked instead of copied where path, attributes and
   *     content are the same
   * @param progress is given the number of further bytes, in the calling thread
   */
  public TreeResult write(
      Draft draft, List<PlannedEntry> entries, Optional<Layer> previous, LongConsumer progress)
      throws IOException {
    Plan plan = Plan.of(entries);
    Path list = draft.folder().resolve(ENTRIES);
    draft.know(null);
    TreePass.Found found;
    LayerFacts facts;
    try (TreeWriter writer = new TreeWriter(plan, draft.fs(), previous)) {
      found = writer.write(list, progress);
      facts = writer.fresh() ? found.facts() : TreePass.digest(draft.fs(), list).facts();
    }
    draft.know(facts);
    return new TreeResult(facts, contents(entries, plan, found.contents()));
  }

  /**
   * Whether a layer is what a planned tree would become; reads the files as long as they are the
   * same. Times do not count, as in the digest of the content; a file counts as different when the
   * plan does not say that it has the layer's content.
   */
  public boolean isSame(List<PlannedEntry> entries, Layer layer) throws IOException {
    Optional<LayerFacts> facts = facts(layer.id());
    return facts.isPresent() && new TreeComparison(Plan.of(entries), layer).isSame(facts.get());
  }

  private static List<Digest> contents(
      List<PlannedEntry> entries, Plan plan, Map<String, byte[]> found) {
    List<Digest> contents = new ArrayList<>();
    for (PlannedEntry entry : entries) {
      if (entry instanceof PlannedEntry.File file) {
        byte[] content = found.get(plan.contentPath(entry.path()));
        if (content == null) {
          throw new IllegalStateException("not read: " + entry.path());
        }
        contents.add(file.content().isPresent() ? file.content().get() : Digest.of(content));
      }
    }
    return contents;
  }

  /**
   * Extracts an archive, compressed or not, into a draft, following the links of what lies below as
   * a program in the container would.
   *
   * @param chown uid and gid for everything, instead of the archive's own
   */
  public void extractArchive(
      Draft draft, LowerView below, String destDir, InputStream archive, Optional<int[]> chown)
      throws IOException {
    draft.know(null);
    try (ReadAhead ahead = new ReadAhead(archive, mostUnpacked);
        Extractor extractor = Extractor.into(draft.fs(), below, destDir, chown)) {
      extractor.extract(new TarReader(ahead));
      // What follows the archive can still say that it is damaged: checksums stand at the end.
      ahead.finish();
    }
  }

  /** Removes a layer; what is gone is gone for readers at once. */
  public void remove(LayerId id) throws IOException {
    Linux.deleteTree(detach(id));
  }

  /**
   * Takes a layer away from readers at once, and returns the folder that is left to be deleted,
   * which takes longer.
   */
  public Path detach(LayerId id) throws IOException {
    Optional<LayerFacts> facts = facts(id);
    if (facts.isPresent()) {
      unindex(diffIndex(facts.get().diffId()), id);
    }
    Files.createDirectories(temporary);
    Path gone = temporary.resolve("removed-" + id.value());
    try {
      Files.move(folder(id), gone, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException _) {
      // Removed before, perhaps by a process that died while deleting.
    }
    return gone;
  }

  /** When the layer was committed, by the clock of its file system; absent when it is gone. */
  public Optional<Instant> since(LayerId id) throws IOException {
    // Unmeasured or not, nothing in the folder itself changes after its last rename but for facts
    // that come later: a layer seems younger then, which only keeps it.
    Optional<FileStat> stat = Linux.lstatIfPresent(folder(id));
    return stat.map(s ->
        Instant.ofEpochSecond(
            Math.max(s.mtimeSec(), s.ctimeSec()),
            s.mtimeSec() > s.ctimeSec() ? s.mtimeNanos() : s.ctimeNanos()));
  }

  /** Adds up what the files of layers take, each file once however many layers link it. */
  public LayerUsage usage() {
    return new LayerUsage(this);
  }

  private static void unindex(Path entry, LayerId id) throws IOException {
    if (indexed(entry).equals(Optional.of(id))) {
      Files.deleteIfExists(entry);
    }
  }

  /** All layers of the store, in no order. */
  public Stream<LayerId> all() throws IOException {
    try (Stream<Path> folders = Files.list(layers)) {
      return folders.map(folder -> new LayerId(folder.getFileName().toString())).toList().stream();
    } catch (NoSuchFileException _) {
      return Stream.empty();
    }
  }
}
