package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import dev.jbuild.runtime.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** Runs a command in a new container. */
final class RunVerb implements Verb {
  private static final int REFUSED = 125;

  @Override
  public Syntax syntax() {
    return RunSyntax.run();
  }

  @Override
  public int usageExitCode() {
    return REFUSED;
  }

  @Override
  public String enginePrefix() {
    return "jbuild: " + EngineVerb.ERROR;
  }

  @Override
  public int failureExitCode() {
    return REFUSED;
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    RunOptions options = RunOptions.read(arguments, session.environment());
    RunOptions.Place place = options.place();
    if (place.tty() && place.interactive() && !place.detach() && !Terminal.isTerminal(0)) {
      throw new CommandException("jbuild: the input device is not a TTY", 1);
    }
    Container container = create(options, session);
    Lifecycle lifecycle = session.parts().lifecycle();
    session.out().flush();
    try {
      if (!place.output()) {
        return lifecycle.start(container, container.id());
      }
      boolean stdin = !place.detach() && place.interactive();
      boolean owner = place.remove() && !place.detach();
      return lifecycle.start(
          container,
          new Supervisor.Seat(stdin, place.tty(), owner, place.proxy(), place.detachKeys()));
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (!place.output()) {
        // as docker: whoever notes ids can remove what could not be started
        session.out().println(container.id());
      }
      if (place.remove()) {
        // what was to be removed in the end is removed where it never began
        lifecycle.remove(container, false, true);
      }
      throw e;
    }
  }

  /** Makes the container, its image fetched when it is not here. */
  static Container create(RunOptions options, Session session) throws IOException {
    Platform platform = options.place().platform().orElseGet(Platform::host);
    LocalImage image = image(options, platform, session);
    Json.Obj host = options.spec().hostConfig();
    if (host.text("NetworkMode").orElse("").equals("host")
        && !host.object("PortBindings").members().isEmpty()) {
      session.err().println("WARNING: Published ports are discarded when using host network mode");
    }
    Container container = session.parts().containers().create(options.spec(), image);
    if (options.place().idFile().isPresent()) {
      Files.writeString(options.place().idFile().get(), container.id());
    }
    return container;
  }

  /** Whether it is for the platform that was asked for; without one, any will do. */
  private static boolean fits(LocalImage image, RunOptions options) {
    Optional<Platform> wanted = options.place().platform();
    if (wanted.isEmpty() || image.isArtifact()) {
      return true;
    }
    Platform own = image.config().platform();
    return own.os().equals(wanted.get().os())
        && own.architecture().equals(wanted.get().architecture());
  }

  /** The image by name or id; from the registry where it is not here, as docker says it. */
  private static LocalImage image(RunOptions options, Platform platform, Session session)
      throws IOException {
    RunOptions.Pull pull = options.place().pull();
    String id = "sha256:" + options.image();
    if (Digest.isDigest(id)) {
      // No name is like that: nothing to pull.
      Optional<LocalImage> image = session.parts().localImages().find(id, platform);
      return ImageSource.requireImage(
          RunOptions.reference(id),
          image.orElseThrow(() -> new EngineException(REFUSED, "No such image: " + id)));
    }
    ImageReference reference = RunOptions.reference(options.image());
    if (pull != RunOptions.Pull.ALWAYS) {
      Optional<LocalImage> here = session.parts().localImages().find(options.image(), platform);
      if (here.isEmpty()) {
        here = session.parts().imageSource().local(reference, platform);
      }
      boolean other = here.isPresent() && !fits(here.get(), options);
      if (other && pull == RunOptions.Pull.NEVER) {
        throw new EngineException(
            REFUSED,
            "image with reference %s was found but does not provide the specified platform (%s)"
                .formatted(reference.familiar(), platform));
      }
      if (here.isPresent() && !other) {
        return ImageSource.requireImage(reference, here.get());
      }
    }
    if (pull == RunOptions.Pull.NEVER) {
      throw new EngineException(REFUSED, "No such image: " + reference.familiar());
    }
    if (pull == RunOptions.Pull.MISSING) {
      session.err().println("Unable to find image '" + reference.familiar() + "' locally");
    }
    try (TransferDisplay display =
        TransferDisplay.open(session.err(), Terminal.isTerminal(2), session.environment())) {
      return ImageSource.requireImage(
          reference, Pulling.pull(session, reference, platform, display));
    }
  }
}
