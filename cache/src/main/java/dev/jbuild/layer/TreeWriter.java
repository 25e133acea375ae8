package dev.jbuild.layer;

import dev.jbuild.layer.TreeItem.Kind;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a planned tree: copies, digests of the files, and the digest of the tar in one pass over
 * the bytes. A file that the previous layer has already is linked from there.
 */
final class TreeWriter implements AutoCloseable {
  // From here on it pays to ask whether the file system can share blocks.
  private static final long CLONE = 1 << 20;

  private final Plan plan;
  private final List<TreeItem> items;
  private final List<TreeItem> files = new ArrayList<>();
  private final Path folder;
  private final Dir target;
  private final Attributes attributes;
  private final Transfer transfer = new Transfer();
  private final Map<String, EntriesFile.Entry> before;
  private final @Nullable Dir previous;
  private final boolean fresh;
  private volatile boolean canClone = true;

  TreeWriter(Plan plan, Path folder, Optional<Layer> previous) throws IOException {
    this.plan = plan;
    this.folder = folder;
    attributes = new Attributes();
    items = plan.items();
    for (TreeItem item : items) {
      if (item.isFile()) {
        files.add(item);
      }
    }
    before =
        previous.isPresent()
            ? EntriesFile.read(previous.get().fs().resolveSibling(Layers.ENTRIES))
            : Map.of();
    this.previous = before.isEmpty() ? null : Dir.open(previous.orElseThrow().fs());
    target = Dir.open(folder);
    fresh = target.names().isEmpty();
  }

  /** Tells whether the folder was empty, so that the plan is all that is in it. */
  boolean fresh() {
    return fresh;
  }

  TreePass.Found write(Path entries, LongConsumer progress) throws IOException {
    for (TreeItem item : items) {
      make(item);
    }
    TreePass.Found found = TreePass.digest(items, this::copy, entries, progress);
    for (TreeItem item : items) {
      if (item.kind() == Kind.HARD_LINK) {
        clear(item);
        target.link(target, item.link(), item.path());
      }
    }
    for (TreeItem item : items.reversed()) {
      if (item.kind() == Kind.DIRECTORY) {
        attributes.apply(target, item.path(), item.meta(), false);
      }
    }
    return found;
  }

  /** Makes what has no content. Folders stay open to their owner until they are filled. */
  private void make(TreeItem item) throws IOException {
    String path = item.path();
    clear(item);
    switch (item.kind()) {
      case DIRECTORY -> {
        if (fresh || target.statIfPresent(path).isEmpty()) {
          target.mkdir(path, 0700);
        }
      }
      case SYMLINK -> {
        target.symlink(item.link(), path);
        attributes.apply(target, path, item.meta(), true);
      }
      case FIFO -> makeNode(item, FileStat.FIFO);
      case CHARACTER -> makeNode(item, FileStat.CHARACTER);
      case BLOCK -> makeNode(item, FileStat.BLOCK);
      case WHITEOUT -> target.mknod(path, FileStat.CHARACTER, 0);
      case FILE, HARD_LINK -> {
        // Files are made when their content comes, hard links when all files are there.
      }
    }
  }

  private void makeNode(TreeItem item, int type) throws IOException {
    target.mknod(item.path(), type | 0600, item.device());
    attributes.apply(target, item.path(), item.meta(), false);
  }

  /** Makes room for an item in a folder that was not empty; folders are merged. */
  private void clear(TreeItem item) throws IOException {
    if (fresh) {
      return;
    }
    Optional<FileStat> stat = target.statIfPresent(item.path());
    if (stat.isPresent() && !(stat.get().isDirectory() && item.kind() == Kind.DIRECTORY)) {
      if (stat.get().isDirectory()) {
        Linux.deleteTree(folder.resolve(item.path()));
      } else {
        target.unlink(item.path());
      }
    }
  }

  private void copy(int number, Parcel parcel) throws IOException, InterruptedException {
    TreeItem item = files.get(number);
    PlannedEntry source = plan.source(item);
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (source instanceof PlannedEntry.File file) {
      if (!linkFromPrevious(item, file, parcel)) {
        copyFile(item, file, parcel);
      }
    } else if (source instanceof PlannedEntry.Bytes bytes) {
      copyBytes(item, bytes.content(), parcel);
    } else {
      throw new IllegalStateException("no content: " + item.path());
    }
  }

  private void copyBytes(TreeItem item, byte[] content, Parcel parcel)
      throws IOException, InterruptedException {
    try (OpenFile to = attributes.create(target, item.path(), item.meta())) {
      to.write(content, 0, content.length);
      attributes.apply(to, item.meta());
    }
    transfer.send(content, parcel);
  }

  private void copyFile(TreeItem item, PlannedEntry.File file, Parcel parcel)
      throws IOException, InterruptedException {
    try (OpenFile from = Dir.HERE.read(file.source());
        OpenFile to = attributes.create(target, item.path(), item.meta())) {
      FileStat stat = statOf(from, file);
      long size = stat.size();
      byte @Nullable [] known = known(file, stat);
      Transfer.Finish finish =
          content -> {
            if (known != null ? !isStill(from, stat) : !isExpected(file, content)) {
              throw new IOException(file.source() + " changed during the build; build again");
            }
            attributes.apply(to, item.meta());
          };
      if (size >= CLONE && canClone && (canClone = to.cloneFrom(from))) {
        try (OpenFile copy = target.read(item.path())) {
          transfer.copy(copy, null, size, parcel, known, finish);
        }
      } else {
        transfer.copy(from, to, size, parcel, known, finish);
      }
    }
  }

  /**
   * The digest of a large file that nobody touched since the caller took it: a second look at its
   * bytes would make the copy half as fast. Small files are always looked at.
   */
  private static byte @Nullable [] known(PlannedEntry.File file, FileStat stat) {
    boolean untouched =
        stat.size() == file.size()
            && stat.mtimeSec() == file.meta().mtimeSec()
            && stat.mtimeNanos() == file.meta().mtimeNanos();
    return untouched && stat.size() >= ContentHash.LARGE && file.content().isPresent()
        ? HexFormat.of().parseHex(file.content().get().hex())
        : null;
  }

  private static boolean isStill(OpenFile from, FileStat before) throws IOException {
    FileStat now = from.stat();
    return now.size() == before.size()
        && now.mtimeSec() == before.mtimeSec()
        && now.mtimeNanos() == before.mtimeNanos();
  }

  private static boolean isExpected(PlannedEntry.File file, byte[] content) {
    return file.content().isEmpty() || isSame(file.content().get(), content);
  }

  // A Digest checks its text: too much for every file of a large tree.
  private static boolean isSame(Digest digest, byte[] content) {
    return digest.hex().equals(HexFormat.of().formatHex(content));
  }

  private static FileStat statOf(OpenFile from, PlannedEntry.File file) throws IOException {
    FileStat stat = from.stat();
    if (!stat.isRegular()) {
      throw new IOException(file.source() + " is no regular file any more; build again");
    }
    return stat;
  }

  /** Gives a file of the previous layer a name in this one, when it is the same in everything. */
  private boolean linkFromPrevious(TreeItem item, PlannedEntry.File file, Parcel parcel)
      throws IOException, InterruptedException {
    EntriesFile.Entry entry = before.get(item.path());
    Dir from = previous;
    if (from == null
        || entry == null
        || !entry.isSame(item.meta(), file.size())
        || !hasContent(file, entry.content())
        || !target.linkIfPossible(from, item.path(), item.path())) {
      return false;
    }
    try (OpenFile linked = target.read(item.path())) {
      transfer.send(linked, entry.size(), parcel, entry.content());
    }
    return true;
  }

  private boolean hasContent(PlannedEntry.File file, byte[] content)
      throws IOException, InterruptedException {
    if (file.content().isPresent()) {
      return isSame(file.content().get(), content);
    }
    try (OpenFile from = Dir.HERE.read(file.source())) {
      return Arrays.equals(transfer.digest(from, statOf(from, file).size()), content);
    }
  }

  @Override
  public void close() {
    target.close();
    if (previous != null) {
      previous.close();
    }
  }
}
