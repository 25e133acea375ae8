package dev.jbuild.cache;

import dev.jbuild.store.Names;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a collection may take beyond plain garbage.
 *
 * @param only images that may lose their names; asked only for those that {@code images} lets go
 * @param records which records of the build cache may go
 * @param maxBytes the store is brought below it, if the records that {@code records} spares are
 *     enough for that: those that were not used for longest go first, images stay
 * @param dryRun nothing is taken, only counted
 */
public record Policy(
    Images images,
    Predicate<Names.Named> only,
    Records records,
    Optional<Long> maxBytes,
    boolean dryRun) {

  /** Which images go. No container's image ever does. */
  public enum Images {
    KEEP,
    /** Those without a name. */
    UNTAGGED,
    /** All that no container is made from. */
    UNUSED
  }

  /**
   * Which records of steps go.
   *
   * @param unusedSince records that were last of use before; absent for none
   * @param ofImagesToo also those whose layer an image has, which frees nothing now
   */
  public record Records(Optional<Instant> unusedSince, boolean ofImagesToo) {
    public static final Records KEEP = new Records(Optional.empty(), false);
  }

  /** Takes only what nobody can reach: the rest of crashes, of removed images and of lost names. */
  public static Policy garbage() {
    return new Policy(Images.KEEP, _ -> false, Records.KEEP, Optional.empty(), false);
  }

  /** Also images, those that the predicate lets go. */
  public Policy withImages(Images kind, Predicate<Names.Named> which) {
    return new Policy(kind, which, records, maxBytes, dryRun);
  }

  /** Also records. */
  public Policy withRecords(Records which) {
    return new Policy(images, only, which, maxBytes, dryRun);
  }

  /** Also the oldest records, until the store is not larger than this. */
  public Policy withMaxBytes(long bytes) {
    return new Policy(images, only, records, Optional.of(bytes), dryRun);
  }

  /** Takes nothing, and says what it would take. */
  public Policy withoutTaking() {
    return new Policy(images, only, records, maxBytes, true);
  }
}
