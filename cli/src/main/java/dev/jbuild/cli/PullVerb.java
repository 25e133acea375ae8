package dev.jbuild.cli;

import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.io.OutputStream;

/** Fetches an image. */
final class PullVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("pull", "NAME[:TAG|@DIGEST]", "Fetch an image from a registry")
        .flag("-q --quiet", "Print only the image's name")
        .value("--platform", "os/arch", "Of an image for several platforms, this one")
        .value("--max-layer-size", "bytes", "How much a layer may unpack to")
        .acceptedFlags("--disable-content-trust")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    ImageReference reference = RunOptions.reference(arguments.operand(0));
    Platform platform =
        RunOptions.platform(arguments, session.environment()).orElseGet(Platform::host);
    session.parts().limitUnpacking(arguments.value("--max-layer-size"));
    boolean quiet = arguments.flag("--quiet");
    OutputStream shown = quiet ? OutputStream.nullOutputStream() : session.out();
    try (TransferDisplay display =
        TransferDisplay.open(shown, !quiet && Terminal.isTerminal(1), session.environment())) {
      ImageReference written = ImageReference.parse(arguments.operand(0));
      if (written.tag().isEmpty() && written.digest().isEmpty()) {
        display.line("Using default tag: latest");
      }
      Pulling.pull(session, reference, platform, display);
    }
    session.out().println(reference);
    return 0;
  }
}
