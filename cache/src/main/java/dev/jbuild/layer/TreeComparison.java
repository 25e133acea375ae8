package dev.jbuild.layer;

import dev.jbuild.layer.TreeItem.Kind;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads what a plan would copy, on all cores, as long as it is what a layer has: nothing need be
 * written then, and no tar be put together.
 */
final class TreeComparison {
  private final Plan plan;
  private final List<TreeItem> items;
  private final Map<String, EntriesFile.Entry> there;
  private final Transfer transfer = new Transfer();

  TreeComparison(Plan plan, Layer layer) throws IOException {
    this.plan = plan;
    items = plan.items();
    there = EntriesFile.read(layer.fs().resolveSibling(Layers.ENTRIES));
  }

  /** Reads until something differs, in more than its time. */
  boolean isSame(LayerFacts facts) throws IOException {
    List<TreeItem> files = new ArrayList<>();
    for (TreeItem item : items) {
      if (item.isFile()) {
        if (!isExpected(item)) {
          return false;
        }
        files.add(item);
      }
    }
    if (items.size() != facts.files()) {
      return false;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    try (Pipeline pipeline =
        new Pipeline(
            files.size(),
            Math.min(files.size() - 1, cores),
            (number, parcel) -> read(files.get(number), parcel))) {
      return isSame(pipeline, facts.content());
    } catch (Pipeline.ProducerFailed e) {
      throw e.asIoException();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /** Reading is of use only where the caller has reason to think that it finds nothing new. */
  private boolean isExpected(TreeItem item) {
    EntriesFile.Entry entry = there.get(item.path());
    if (entry == null || entry.size() != item.size()) {
      return false;
    }
    return !(plan.source(item) instanceof PlannedEntry.File file)
        || file.content().isPresent()
            && file.content().get().hex().equals(HexFormat.of().formatHex(entry.content()));
  }

  private boolean isSame(Pipeline pipeline, Digest wanted)
      throws IOException, InterruptedException, Pipeline.ProducerFailed {
    TreeDigest tree = new TreeDigest();
    for (TreeItem item : items) {
      if (item.kind() != Kind.FILE) {
        tree.add(item, 0, Parcel.UNKNOWN);
        continue;
      }
      Parcel parcel = pipeline.next();
      long size = parcel.awaitSize();
      byte[] content = parcel.content();
      EntriesFile.Entry entry = there.get(item.path());
      if (entry == null || !Arrays.equals(content, entry.content())) {
        return false;
      }
      tree.add(item, size, content);
    }
    return tree.finish().equals(wanted);
  }

  private void read(TreeItem item, Parcel parcel) throws IOException, InterruptedException {
    // nobody takes the bytes
    parcel.whole(item.size(), null, content(item));
  }

  private byte[] content(TreeItem item) throws IOException, InterruptedException {
    PlannedEntry source = plan.source(item);
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (source instanceof PlannedEntry.File file) {
      return digest(file, item.size());
    }
    if (source instanceof PlannedEntry.Bytes bytes) {
      return Digest.newSha256().digest(bytes.content());
    }
    throw new IllegalStateException("no content: " + item.path());
  }

  private byte[] digest(PlannedEntry.File file, long size)
      throws IOException, InterruptedException {
    try (OpenFile from = Dir.HERE.read(file.source())) {
      return transfer.digest(from, size);
    }
  }
}
