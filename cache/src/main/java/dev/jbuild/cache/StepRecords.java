package dev.jbuild.cache;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The records of steps: {@code steps/OP/KEY}. A damaged one counts as missing. */
public final class StepRecords {
  private final Path root;

  public StepRecords(Path storeRoot) {
    this.root = storeRoot;
  }

  public Optional<StepRecord> find(Digest op, Digest key) {
    return read(file(op, key));
  }

  /** Tells whether this step was ever done, whatever its surroundings. */
  public boolean any(Digest op) {
    return Files.isDirectory(folder(op));
  }

  public void put(StepRecord record) throws IOException {
    Atomic.write(root, file(record.op(), record.key()), record.print());
  }

  /** The records of a step, in no order. */
  public List<StepRecord> of(Digest op) {
    try (Stream<Path> files = Files.list(folder(op))) {
      return files.map(StepRecords::read).flatMap(Optional::stream).toList();
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    } catch (IOException e) {
      throw new StoreException("cannot read the build cache " + folder(op) + ": " + e, e);
    }
  }

  private Path folder(Digest op) {
    return root.resolve("steps").resolve(op.hex());
  }

  private Path file(Digest op, Digest key) {
    return folder(op).resolve(key.hex());
  }

  private static Optional<StepRecord> read(Path file) {
    try {
      return StepRecord.parse(Files.readString(file));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
