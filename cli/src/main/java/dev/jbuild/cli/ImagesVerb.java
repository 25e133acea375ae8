package dev.jbuild.cli;

import dev.jbuild.cli.format.Durations;
import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lists images. */
final class ImagesVerb implements Verb {
  private static final String NONE = "<none>";
  private static final Set<String> FILTERS =
      Set.of("dangling", "label", "before", "since", "until", "reference");

  private final String name;

  ImagesVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "[REPOSITORY[:TAG]]", "List images")
        .flag("-a --all", "Also images without a name (they are shown anyway)")
        .flag("--digests", "Show digests")
        .values(
            "-f --filter",
            "key=value",
            "Only images that fit: dangling, label, before, since, until, reference")
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .flag("--no-trunc", "Show ids in full")
        .flag("-q --quiet", "Show ids only")
        .operands(0, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Filters filters = Filters.parse(arguments.values("--filter"), FILTERS);
    List<StoredImage> images = StoredImage.all(session);
    images =
        images.stream().filter(new Choice(filters, arguments.operands(), images)::fits).toList();
    boolean whole = arguments.flag("--no-trunc");
    if (arguments.flag("--quiet")) {
      Set<String> ids = new LinkedHashSet<>();
      images.forEach(image -> ids.add(id(image, whole)));
      ids.forEach(session.out()::println);
      return 0;
    }
    Listing listing = columns(arguments.flag("--digests"));
    String format = arguments.value("--format").orElse("");
    images.forEach(image -> listing.row(row(image, whole, Listing.isUsual(format))));
    session.out().print(listing.print(format));
    return 0;
  }

  private static Listing columns(boolean digests) {
    Listing listing = new Listing().column("Repository", "REPOSITORY").column("Tag", "TAG");
    if (digests) {
      listing.column("Digest", "DIGEST");
    } else {
      listing.field("Digest", "DIGEST");
    }
    return listing
        .column("ID", "IMAGE ID")
        .column("CreatedSince", "CREATED")
        .column("Size", "SIZE")
        .field("CreatedAt", "CREATED AT")
        .field("Containers", "CONTAINERS");
  }

  private static Json.Obj row(StoredImage image, boolean whole, boolean usual) {
    Optional<ImageReference> reference = image.reference();
    return Json.obj()
        .with("Repository", reference.map(ImageReference::familiarName).orElse(NONE))
        .with("Tag", reference.flatMap(ImageReference::tag).orElse(NONE))
        .with("Digest", image.image().target().digest().toString())
        .with("ID", id(image, whole))
        .with("CreatedSince", age(image.created()))
        .with("CreatedAt", usual ? "" : Times.local(image.created()))
        .with("Size", Sizes.human(image.size()))
        .with("Containers", "N/A");
  }

  private static String age(Instant created) {
    return created.equals(Instant.EPOCH)
        ? "N/A"
        : Durations.ago(Duration.between(created, Instant.now()));
  }

  private static String id(StoredImage image, boolean whole) {
    return whole ? image.id().toString() : image.id().shortHex();
  }

  /** Which images are wanted. */
  private record Choice(Filters filters, List<String> operands, List<StoredImage> all) {
    boolean fits(StoredImage image) {
      return operands.stream().allMatch(pattern -> matches(pattern, image))
          && filters.allow("reference", pattern -> matches(pattern, image))
          && filters.allow("dangling", text -> dangling(image) == text.equals("true"))
          && filters.allow("before", other -> image.created().isBefore(find(other).created()))
          && filters.allow("since", other -> image.created().isAfter(find(other).created()))
          && filters.allow("until", time -> image.created().isBefore(Times.parse(time)))
          && filters.allowLabels(image.image().config().config().labels());
    }

    private static boolean dangling(StoredImage image) {
      return image.reference().isEmpty();
    }

    private StoredImage find(String name) {
      for (StoredImage image : all) {
        boolean named =
            image.reference().isPresent()
                && image.reference().get().equals(ImageReference.parse(name).withDefaultTag());
        if (named || image.id().hex().startsWith(name.replace("sha256:", ""))) {
          return image;
        }
      }
      throw StoredImage.missing(name);
    }

    /** A repository, with a tag or without; both may have wildcards. */
    private static boolean matches(String pattern, StoredImage image) {
      if (image.reference().isEmpty()) {
        return false;
      }
      ImageReference reference = image.reference().get();
      return glob(pattern, reference.familiarName())
          || glob(pattern, reference.familiar())
          || glob(pattern, reference.name())
          || glob(pattern, reference.toString());
    }

    private static boolean glob(String pattern, String text) {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern).matches(Path.of(text));
    }
  }
}
