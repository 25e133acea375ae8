package dev.jbuild.cli;

import dev.jbuild.cli.format.Listing;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import java.util.List;
import java.util.Locale;

/** Looks for repositories in a registry that lists them. */
final class SearchVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax(
            "search", "REGISTRY/TERM", "Look for repositories in a registry that lists them")
        .value("--limit", "number", "Show no more than these (default 25)")
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .acceptedFlags("--no-trunc")
        .acceptedValues("--filter", "-f")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    String text = arguments.operand(0);
    int slash = text.indexOf('/');
    String host = slash < 0 ? "" : text.substring(0, slash);
    boolean named = host.contains(".") || host.contains(":") || host.equals("localhost");
    if (!named || host.equals(ImageReference.DEFAULT_REGISTRY)) {
      throw new CommandException(
          "jbuild: Docker Hub's search is no part of the distribution specification, and is not"
              + " spoken here; look at https://hub.docker.com/search?q="
              + text.substring(slash + 1)
              + ", or search a registry that lists its repositories:"
              + " jbuild search 127.0.0.1:5000/TERM",
          1);
    }
    String term = text.substring(slash + 1).toLowerCase(Locale.ROOT);
    int limit;
    try {
      limit = Integer.parseInt(arguments.value("--limit").orElse("25"));
    } catch (NumberFormatException _) {
      throw new UsageException("--limit is no number");
    }
    Listing listing =
        new Listing()
            .column("Name", "NAME")
            .column("Description", "DESCRIPTION")
            .column("StarCount", "STARS")
            .column("IsOfficial", "OFFICIAL");
    List<String> found =
        session.parts().remote().repositories(host).stream()
            .filter(name -> name.contains(term))
            .limit(limit)
            .toList();
    for (String name : found) {
      listing.row(
          Json.obj()
              .with("Name", host + "/" + name)
              .with("Description", "")
              .with("StarCount", "0"));
    }
    session.out().print(listing.print(arguments.value("--format").orElse("")));
    return 0;
  }
}
