package dev.jbuild.cli;

import dev.jbuild.engine.check.Finding;
import dev.jbuild.engine.check.StoreCheck;
import java.io.IOException;

/** Looks the store over, and puts right what can be put right. */
final class FsckVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("store fsck", "", "Check the store: every blob, every layer and every name")
        .flag("--repair", "Remove what is damaged, and make again what can be made here")
        .flag("-q --quiet", "Print only what is wrong")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    boolean quiet = arguments.flag("--quiet");
    StoreCheck.Report report =
        StoreCheck.run(
            session.parts().store(),
            session.parts().layers(),
            arguments.flag("--repair"),
            () -> session.parts().remote(),
            what -> {
              if (!quiet) {
                session.err().println("checking " + what);
              }
            });
    for (Finding finding : report.findings()) {
      session
          .out()
          .println(
              (finding.repaired() ? "repaired: " : "damaged: ")
                  + finding.what()
                  + (finding.lost().isEmpty() ? "" : "; " + finding.lost()));
    }
    if (!quiet) {
      session
          .out()
          .println(
              report.blobs()
                  + " blobs, "
                  + report.layers()
                  + " layers and "
                  + report.names()
                  + " images: "
                  + (report.findings().isEmpty()
                      ? "all in order"
                      : report.findings().size() + " damaged"));
    }
    return report.isWrong() ? 1 : 0;
  }
}
