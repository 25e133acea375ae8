package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.format.Durations;
import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows how an image was made, the last step first. */
final class HistoryVerb implements Verb {
  private static final int SHORT_COMMAND = 45;

  /**
   * A step.
   *
   * @param id the image's own for its last step; nobody knows those of the others any more
   */
  private record Row(
      Optional<Digest> id, Instant created, String createdBy, long size, String comment) {}

  @Override
  public Syntax syntax() {
    return new Syntax("history", "IMAGE", "Show how an image was made")
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .flag("-H --human", "Sizes and dates as people read them (the default)")
        .flag("--no-trunc", "Show commands and ids in full")
        .flag("-q --quiet", "Show ids only")
        .value("--platform", "os/arch", "Of an image for several platforms, this one")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    List<Row> rows = rows(session, StoredImage.find(session, arguments.operand(0)));
    boolean whole = arguments.flag("--no-trunc");
    boolean human = arguments.flag("--human", true);
    if (arguments.flag("--quiet")) {
      rows.forEach(row -> session.out().println(id(row, whole)));
      return 0;
    }
    Listing listing =
        new Listing()
            .column("ID", "IMAGE")
            .column("CreatedSince", human ? "CREATED" : "CREATED AT")
            .column("CreatedBy", "CREATED BY")
            .column("Size", "SIZE")
            .column("Comment", "COMMENT")
            .field("CreatedAt", "CREATED AT");
    rows.forEach(row -> listing.row(fields(row, whole, human)));
    session.out().print(listing.print(arguments.value("--format").orElse("")));
    return 0;
  }

  private static List<Row> rows(Session session, LocalImage image) throws IOException {
    List<Row> rows = new ArrayList<>();
    int layer = 0;
    for (HistoryEntry step : image.config().history()) {
      boolean has = !step.emptyLayer() && layer < image.layers().size();
      long size = has ? session.parts().layers().measure(image.layers().get(layer++)).bytes() : 0;
      rows.add(
          new Row(
              Optional.empty(),
              StoredImage.instant(step.created()),
              step.createdBy(),
              size,
              step.comment()));
    }
    if (!rows.isEmpty()) {
      Row last = rows.removeLast();
      rows.add(
          new Row(Optional.of(image.id()), last.created, last.createdBy, last.size, last.comment));
    }
    return rows.reversed();
  }

  private static Json.Obj fields(Row row, boolean whole, boolean human) {
    String command = row.createdBy().replace('\t', ' ').replace('\n', ' ');
    boolean clip = !whole && command.length() > SHORT_COMMAND;
    String at = row.created().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString();
    return Json.obj()
        .with("ID", id(row, whole))
        .with(
            "CreatedSince",
            human ? Durations.ago(Duration.between(row.created(), Instant.now())) : at)
        .with("CreatedAt", at)
        .with("CreatedBy", clip ? command.substring(0, SHORT_COMMAND - 1) + "…" : command)
        .with("Size", human ? Sizes.human(row.size()) : Long.toString(row.size()))
        .with("Comment", row.comment());
  }

  private static String id(Row row, boolean whole) {
    return row.id().map(id -> whole ? id.toString() : id.shortHex()).orElse("<missing>");
  }
}
