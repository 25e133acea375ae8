package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.StepRecord;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.context.ContextTree;
import dev.jbuild.context.SourceTree;
import dev.jbuild.context.StackTree;
import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a build took its answer from. As long as all of it stands, the same call has the same
 * answer.
 *
 * <p>Whoever takes something from elsewhere than the store's names, its step records and the
 * build's contexts says {@link #doubt}: then there is no such answer. After a step that {@link
 * #ran} only the next call has one; what is in the store is known already.
 */
public final class Evidence {
  private final Store store;
  private final StepRecords records;
  private final Map<Path, byte[]> files = new LinkedHashMap<>();
  private final Set<Path> folders = new LinkedHashSet<>();
  private final Set<ContextTree> trees = new LinkedHashSet<>();
  private final Map<Digest, StepRecord> steps = new LinkedHashMap<>();
  private boolean doubtful;
  private boolean ran;

  public Evidence(Store store) {
    this.store = store;
    this.records = new StepRecords(store.root());
  }

  /** Nothing can be concluded from this build. */
  public synchronized void doubt() {
    doubtful = true;
  }

  /** A step was done rather than found. */
  synchronized void ran() {
    ran = true;
  }

  /** Was all that the build consists of there before? */
  public synchronized boolean isOfTheCache() {
    return !doubtful && !ran;
  }

  /** An image was taken for what a name says. */
  public synchronized void image(ImageReference reference, LocalImage image) {
    if (reference.digest().isPresent()) {
      return; // the same whatever happens
    }
    name(reference, image.target());
  }

  /** A name stands for an image. */
  public synchronized void name(ImageReference reference, Descriptor target) {
    boolean so = store.names().get(reference).map(target::equals).orElse(false);
    doubtful |= !so;
    files.put(store.names().file(reference), text(target));
  }

  /** An image stays although it has no name. */
  public synchronized void untagged(Descriptor target) {
    Path file = store.names().untagged(target.digest());
    doubtful |= !Files.exists(file);
    files.put(file, text(target));
  }

  private static byte[] text(Descriptor target) {
    return Names.print(target).getBytes(StandardCharsets.UTF_8);
  }

  /** A step's result was found. */
  synchronized void step(StepRecord record, Optional<Layer> layer) {
    files.put(
        records.file(record.op(), record.key()), record.print().getBytes(StandardCharsets.UTF_8));
    layer.ifPresent(l -> folders.add(l.fs()));
    steps.put(record.key(), record);
  }

  /** A step was done. */
  synchronized void made(StepRecord record) {
    steps.put(record.key(), record);
  }

  /** The records of all steps that belong to the build, those found and those made. */
  public synchronized List<StepRecord> steps() {
    return List.copyOf(steps.values());
  }

  /** Files are taken from a tree. */
  synchronized void tree(SourceTree tree) {
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (tree instanceof ContextTree context) {
      trees.add(context);
    } else if (!(tree instanceof StackTree)) { // of images and steps, which are here already
      doubtful = true;
    }
  }

  /** The image that came of it all. */
  public synchronized void result(LocalImage image) throws IOException {
    if (doubtful) {
      return;
    }
    for (Digest blob : List.of(image.target().digest(), image.id())) {
      files.put(store.blobs().path(blob), store.blobs().read(blob));
    }
    image.layers().forEach(layer -> folders.add(layer.fs()));
  }

  /**
   * All of it.
   *
   * @param files with what they must contain
   * @param folders which must be there
   * @param contexts with what {@link dev.jbuild.context.ContextList} compares
   */
  public record Found(Map<Path, byte[]> files, List<Path> folders, Map<Path, byte[]> contexts) {}

  /**
   * What must stand for the answer to stand; absent when there is doubt.
   *
   * @param roots the folders that the request names as contexts
   */
  public synchronized Optional<Found> found(Set<Path> roots) {
    if (!isOfTheCache()) {
      return Optional.empty();
    }
    Map<Path, byte[]> contexts = new LinkedHashMap<>();
    for (ContextTree tree : trees) {
      Optional<byte[]> list = tree.list();
      // the same folder with other rules would be another list
      if (list.isEmpty()
          || !roots.contains(tree.folder())
          || contexts.put(tree.folder(), list.get()) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(new Found(Map.copyOf(files), new ArrayList<>(folders), contexts));
  }

  /**
   * What must stand for the image to be the answer to the same call, as long as nothing in the
   * contexts changes, which are named only: also of a build that did some of its steps.
   */
  public synchronized Optional<Found> store() {
    if (doubtful) {
      return Optional.empty();
    }
    Map<Path, byte[]> contexts = new LinkedHashMap<>();
    trees.forEach(tree -> contexts.put(tree.folder(), new byte[0]));
    return Optional.of(new Found(Map.copyOf(files), new ArrayList<>(folders), contexts));
  }

  /**
   * What had a say of the contexts that {@link #store} names, in the words of {@link
   * ContextTree#uses}; of those that are not among them, too much to say.
   */
  public synchronized Map<Path, List<List<String>>> uses() {
    Map<Path, List<List<String>>> uses = new LinkedHashMap<>();
    Set<Path> unsaid = new LinkedHashSet<>();
    for (ContextTree tree : trees) {
      Optional<List<List<String>>> lines = tree.uses();
      lines.ifPresent(
          all -> uses.computeIfAbsent(tree.folder(), _ -> new ArrayList<>()).addAll(all));
      if (lines.isEmpty()) {
        unsaid.add(tree.folder());
      }
    }
    uses.keySet().removeAll(unsaid);
    return uses;
  }
}
