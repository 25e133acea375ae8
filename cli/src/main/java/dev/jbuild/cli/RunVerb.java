package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.engine.RunRequest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.util.Optional;

/** Runs a command in a new container. */
final class RunVerb implements Verb {
  private static final int REFUSED = 125;

  @Override
  public Syntax syntax() {
    return RunOptions.syntax();
  }

  @Override
  public int usageExitCode() {
    return REFUSED;
  }

  @Override
  public int failureExitCode() {
    return REFUSED;
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    RunOptions options = RunOptions.read(arguments, session.environment());
    if (options.place().tty() && options.place().interactive() && !Terminal.isTerminal(0)) {
      throw new CommandException("jbuild: the input device is not a TTY", 1);
    }
    Platform platform = options.place().platform().orElseGet(Platform::host);
    LocalImage image = image(options, platform, session);
    return session.parts().containers().run(request(options, platform), image);
  }

  /** The image by name or id; from the registry where it is not here, as docker says it. */
  private static LocalImage image(RunOptions options, Platform platform, Session session)
      throws IOException {
    RunOptions.Pull pull = options.place().pull();
    ImageReference reference = RunOptions.reference(options.image());
    if (pull != RunOptions.Pull.ALWAYS) {
      Optional<LocalImage> here = session.parts().localImages().find(options.image(), platform);
      if (here.isEmpty()) {
        here = session.parts().imageSource().local(reference, platform);
      }
      if (here.isPresent()) {
        return here.get();
      }
    }
    if (pull == RunOptions.Pull.NEVER) {
      throw new CommandException("jbuild: No such image: " + reference.familiar(), REFUSED);
    }
    if (pull == RunOptions.Pull.MISSING) {
      session.err().println("Unable to find image '" + reference.familiar() + "' locally");
    }
    try (TransferDisplay display =
        TransferDisplay.open(session.err(), Terminal.isTerminal(2), session.environment())) {
      return Pulling.pull(session, reference, platform, display);
    }
  }

  private static RunRequest request(RunOptions options, Platform platform) {
    RunOptions.Program program = options.program();
    return new RunRequest(
        RunOptions.reference(options.image()),
        platform,
        RunRequest.Pull.NEVER,
        options.command(),
        program.entrypoint(),
        program.environment(),
        program.workingDirectory(),
        program.user(),
        options.name(),
        options.mounts(),
        options.isolation(),
        options.extraHosts(),
        options.place().remove(),
        options.place().interactive(),
        options.place().tty());
  }
}
