package dev.jbuild.cli;

import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Fetches an image. */
final class PullVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("pull", "NAME[:TAG|@DIGEST]", "Fetch an image from a registry")
        .flag("-q --quiet", "Print only the image's name")
        .flag("-a --all-tags", "All tags of the repository")
        .value("--platform", "os/arch", "Of an image for several platforms, this one, or \"all\"")
        .value("--max-layer-size", "bytes", "How much a layer may unpack to")
        .acceptedFlags("--disable-content-trust")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    ImageReference reference = RunOptions.reference(arguments.operand(0));
    session.parts().limitUnpacking(arguments.value("--max-layer-size"));
    boolean quiet = arguments.flag("--quiet");
    OutputStream shown = quiet ? OutputStream.nullOutputStream() : session.out();
    boolean all = arguments.flag("--all-tags");
    ImageReference written = ImageReference.parse(arguments.operand(0));
    if (all && (written.tag().isPresent() || written.digest().isPresent())) {
      throw new CommandException("tag can't be used with --all-tags/-a", 1);
    }
    try (TransferDisplay display =
        TransferDisplay.open(shown, !quiet && Terminal.isTerminal(1), session.environment())) {
      if (!all && written.tag().isEmpty() && written.digest().isEmpty()) {
        display.line("Using default tag: latest");
      }
      for (ImageReference one : all ? tags(session, written) : List.of(reference)) {
        pull(session, arguments, one, display);
      }
    }
    session.out().println(all ? written.name() : reference);
    return 0;
  }

  private static void pull(
      Session session, Arguments arguments, ImageReference reference, TransferDisplay display)
      throws IOException {
    if (arguments.value("--platform").orElse("").equals("all")) {
      Pulling.pullAll(session, reference, display);
      return;
    }
    Platform platform =
        RunOptions.platform(arguments, session.environment()).orElseGet(Platform::host);
    Pulling.pull(session, reference, platform, display);
  }

  private static List<ImageReference> tags(Session session, ImageReference repository)
      throws IOException {
    return session.parts().registry().tags(repository).stream().map(repository::withTag).toList();
  }
}
