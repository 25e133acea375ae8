package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.ImageImport;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** Makes an image of a tar of files. */
final class ImportVerb implements Verb {
  private final String name;

  ImportVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "FILE|URL|- [REPOSITORY[:TAG]]", "Make an image of a tar of files")
        .values("-c --change", "instruction", "Change the image, e.g. 'CMD [\"x\"]'")
        .value("-m --message", "text", "The comment in the history")
        .value("--platform", "os/arch", "What the files run on (default: this machine)")
        .operands(1, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    String source = arguments.operand(0);
    Optional<ImageReference> reference =
        arguments.operands().size() > 1
            ? Optional.of(RunOptions.reference(arguments.operand(1)))
            : Optional.empty();
    ContainerConfig config = ContainerConfig.EMPTY;
    for (String change : arguments.values("--change")) {
      config = ImageChange.apply(config, change);
    }
    ImageImport.Said said =
        new ImageImport.Said(
            RunOptions.platform(arguments, session.environment()).orElseGet(Platform::host),
            config,
            arguments.value("--message").orElse("Imported from " + source));
    ImageImport images =
        new ImageImport(session.parts().store(), session.parts().layers(), Clock.systemUTC());
    try (InputStream in = open(source, session)) {
      LocalImage image = images.read(in, reference, said);
      if (reference.isPresent()) {
        ImageEvents.tagged(session, image, reference.get());
      }
      ImageEvents.of(session, "import", image);
      session.out().println(image.id());
    }
    return 0;
  }

  private static InputStream open(String source, Session session) throws IOException {
    if (source.equals("-")) {
      return session.in();
    }
    if (source.startsWith("http://") || source.startsWith("https://")) {
      return URI.create(source).toURL().openStream();
    }
    try {
      return Files.newInputStream(Path.of(source));
    } catch (NoSuchFileException _) {
      throw new CommandException("open " + source + ": no such file or directory", 1);
    }
  }
}
