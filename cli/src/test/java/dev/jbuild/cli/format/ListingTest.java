package dev.jbuild.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import org.junit.jupiter.api.Test;

class ListingTest {
  private final Listing images =
      new Listing()
          .column("Repository", "REPOSITORY")
          .column("Tag", "TAG")
          .column("ID", "IMAGE ID")
          .column("Size", "SIZE")
          .field("Digest", "DIGEST")
          .row(
              Json.obj()
                  .with("Repository", "127.0.0.1:5000/debian")
                  .with("Tag", "bookworm-slim")
                  .with("ID", "0123456789ab")
                  .with("Size", "74.8MB"))
          .row(Json.obj().with("Repository", "hi").with("Tag", "1").with("Size", "4kB"));

  @Test
  void columnsAreAtLeastTenWideAndThreeApart() {
    assertThat(images.print(""))
        .isEqualTo(
            """
            REPOSITORY              TAG             IMAGE ID       SIZE
            127.0.0.1:5000/debian   bookworm-slim   0123456789ab   74.8MB
            hi                      1                              4kB
            """);
    assertThat(new Table().row("A", "B").row("x", "y").toString())
        .isEqualTo("A         B\nx         y\n");
  }

  @Test
  void aTableTemplateHasTheHeadingsOfItsFields() {
    assertThat(images.print("table {{.Tag}}\\t{{.Digest}}\\t{{.Size}}"))
        .isEqualTo(
            """
            TAG             DIGEST    SIZE
            bookworm-slim             74.8MB
            1                         4kB
            """);
  }

  @Test
  void otherFormatsGiveALineEach() {
    assertThat(images.print("{{.Repository}}:{{.Tag}}"))
        .isEqualTo("127.0.0.1:5000/debian:bookworm-slim\nhi:1\n");
    assertThat(images.print("json").lines())
        .hasSize(2)
        .allMatch(l -> l.startsWith("{\"Repository"));
  }

  @Test
  void oneLabelIsAskedForByItsName() {
    Listing containers =
        new Listing()
            .column("Names", "NAMES")
            .field("Labels", "LABELS")
            .row(Json.obj().with("Names", "web").with("Labels", "tier=front,x=a=b"))
            .row(Json.obj().with("Names", "db"));

    assertThat(containers.print("{{.Label \"x\"}} {{.Names}} {{.Label \"nope\"}}"))
        .isEqualTo("a=b web \n db \n");
    assertThat(containers.print("table {{.Names}}\\t{{.Label \"tier\"}}"))
        .isEqualTo("NAMES     tier\nweb       front\ndb        \n");
  }
}
