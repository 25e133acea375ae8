package dev.jbuild.layer;

import dev.jbuild.layer.TreeItem.Kind;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the items of a layer in the order of its tar. The files are read on all cores; the
 * tar is put together, and digested, in the calling thread.
 */
final class TreePass {
  // Less than this is done sooner than threads are started.
  private static final long FEW_BYTES = 256 << 10;
  private static final int FEW_FILES = 16;
  private static final byte[] ZEROS = new byte[512];

  private final List<TreeItem> items;
  private final ByteSink tar;
  private final LongConsumer progress;
  private long tarSize;
  private long bytes;

  private TreePass(List<TreeItem> items, ByteSink tar, LongConsumer progress) {
    this.items = items;
    this.tar = tar;
    this.progress = progress;
  }

  /** What a pass found out: the SHA-256 of every regular file by its path. */
  record Found(LayerFacts facts, Map<String, byte[]> contents) {}

  /** Digests a tree whose files the producer reads or copies, and lists it in a file. */
  static Found digest(
      List<TreeItem> items, Pipeline.Producer producer, Path entries, LongConsumer progress)
      throws IOException {
    MessageDigest hash = Digest.newSha256();
    TreeDigest tree = new TreeDigest();
    Map<String, byte[]> contents = new HashMap<>();
    ByteSink tar = ByteSink.into(hash);
    TreePass pass = new TreePass(items, tar, progress);
    try (EntriesFile.Writer list = new EntriesFile.Writer(entries)) {
      pass.run(
          producer,
          (item, size, content) -> {
            tree.add(item, size, content);
            list.add(item, size, content);
            if (item.isFile()) {
              contents.put(item.path(), content);
            }
          });
      list.finish();
      tar.flush();
    }
    LayerFacts facts =
        new LayerFacts(
            new DiffId(Digest.of(hash.digest())),
            tree.finish(),
            pass.tarSize,
            pass.bytes,
            items.size(),
            Optional.empty());
    return new Found(facts, contents);
  }

  /** Digests a folder. */
  static Found digest(Path folder, Path entries) throws IOException {
    try (Dir root = Dir.open(folder)) {
      List<TreeItem> items = TreeWalk.of(root);
      return digest(items, reader(root, items, null), entries, _ -> {});
    }
  }

  /** Writes the tar of a folder. */
  static void pack(Path folder, OutputStream out) throws IOException {
    try (Dir root = Dir.open(folder)) {
      List<TreeItem> items = TreeWalk.of(root);
      Pipeline.Producer reader = reader(root, items, Parcel.UNKNOWN);
      ByteSink tar = new ByteSink(out);
      new TreePass(items, tar, _ -> {}).run(reader, (_, _, _) -> {});
      tar.flush();
    }
  }

  private static Pipeline.Producer reader(Dir root, List<TreeItem> items, byte @Nullable [] known) {
    List<TreeItem> files = new ArrayList<>();
    for (TreeItem item : items) {
      if (item.isFile()) {
        files.add(item);
      }
    }
    Transfer transfer = new Transfer();
    return (number, parcel) -> {
      TreeItem item = files.get(number);
      try (OpenFile file = root.read(item.path())) {
        transfer.send(file, item.size(), parcel, known);
      }
    };
  }

  private interface Recorder {
    void add(TreeItem item, long size, byte[] content) throws IOException;
  }

  private void run(Pipeline.Producer producer, Recorder recorder) throws IOException {
    int files = 0;
    long size = 0;
    for (TreeItem item : items) {
      files += item.isFile() ? 1 : 0;
      size += item.size();
    }
    boolean few = files <= FEW_FILES && size <= FEW_BYTES;
    int parallelism = few ? 0 : Math.min(files, Runtime.getRuntime().availableProcessors());
    try (Pipeline pipeline = new Pipeline(files, parallelism, producer)) {
      for (TreeItem item : items) {
        add(item, pipeline, recorder);
      }
      emit(TarFormat.end());
    } catch (Pipeline.ProducerFailed e) {
      throw e.asIoException();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private void add(TreeItem item, Pipeline pipeline, Recorder recorder)
      throws IOException, InterruptedException, Pipeline.ProducerFailed {
    if (item.kind() != Kind.FILE) {
      emit(TarFormat.header(item, 0));
      recorder.add(item, 0, Parcel.UNKNOWN);
      return;
    }
    Parcel parcel = pipeline.next();
    long size = parcel.awaitSize();
    emit(TarFormat.header(item, size));
    for (Chunk chunk = parcel.take(); chunk != null; chunk = parcel.take()) {
      tar.write(chunk.bytes, 0, chunk.length);
      tarSize += chunk.length;
      progress.accept(chunk.length);
      chunk.release();
    }
    int padding = TarFormat.padding(size);
    tar.write(ZEROS, 0, padding);
    tarSize += padding;
    bytes += size;
    recorder.add(item, size, parcel.content());
  }

  private void emit(byte[] part) throws IOException {
    tar.write(part, 0, part.length);
    tarSize += part.length;
  }
}
