package dev.jbuild.cache;

import dev.jbuild.linux.Reason;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The records of steps: {@code steps/OP/KEY}. A damaged one counts as missing. */
public final class StepRecords {
  private static final long TOLERANCE_MILLIS = 3_600_000;

  private final Path root;

  public StepRecords(Path storeRoot) {
    this.root = storeRoot;
  }

  /** The record of a step; it counts as used from now on. */
  public Optional<StepRecord> find(Digest op, Digest key) {
    Path file = file(op, key);
    Optional<StepRecord> record = read(file);
    if (record.isPresent()) {
      use(file);
    }
    return record;
  }

  /** The collector takes first what nobody used for long; an hour more or less does not matter. */
  public static void use(Path file) {
    try {
      long now = System.currentTimeMillis();
      if (now - Files.getLastModifiedTime(file).toMillis() > TOLERANCE_MILLIS) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(now));
      }
    } catch (IOException _) {
      // only its age is wrong
    }
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
    try {
      List<StepRecord> records = new ArrayList<>();
      for (Path file : Listing.of(folder(op))) {
        read(file).ifPresent(records::add);
      }
      return records;
    } catch (IOException e) {
      throw new StoreException(
          "cannot read the build cache " + folder(op) + ": " + Reason.of(e), e);
    }
  }

  /** The record of a step that was last made or used, whatever its surroundings. */
  public Optional<StepRecord> newest(Digest op) {
    try {
      Path newest = null;
      FileTime last = FileTime.fromMillis(Long.MIN_VALUE);
      for (Path file : Listing.of(folder(op))) {
        FileTime time = Files.getLastModifiedTime(file);
        if (time.compareTo(last) > 0) {
          newest = file;
          last = time;
        }
      }
      return newest == null ? Optional.empty() : read(newest);
    } catch (IOException _) {
      return Optional.empty(); // it only saves time
    }
  }

  /**
   * A record as the collector sees it.
   *
   * @param used when it was last of use
   * @param record absent when it is damaged
   */
  record Kept(Path file, Instant used, Optional<StepRecord> record) {}

  /** All records of all steps, in no order. */
  List<Kept> all() throws IOException {
    List<Kept> all = new ArrayList<>();
    for (Path op : Listing.of(root.resolve("steps"))) {
      for (Path file : Listing.of(op)) {
        try {
          all.add(new Kept(file, Files.getLastModifiedTime(file).toInstant(), read(file)));
        } catch (NoSuchFileException _) {
          // another process took it away
        }
      }
    }
    return all;
  }

  private Path folder(Digest op) {
    return root.resolve("steps").resolve(op.hex());
  }

  /** The file of a record, there or not. */
  public Path file(Digest op, Digest key) {
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
