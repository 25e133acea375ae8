package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.ImageImport;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
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
        .values(
            "-c --change",
            "instruction",
            "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME or WORKDIR")
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
      config = changed(config, change);
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

  /** One instruction on the config, as a Dockerfile has it without variables. */
  private static ContainerConfig changed(ContainerConfig config, String change) {
    String[] parts = change.strip().split("\\s+", 2);
    String value = parts.length < 2 ? "" : parts[1].strip();
    return switch (parts[0].toUpperCase(Locale.ROOT)) {
      case "CMD" -> config.withCmd(Optional.of(command(value)));
      case "ENTRYPOINT" -> config.withEntrypoint(Optional.of(command(value)));
      case "ENV" -> {
        String[] pair = pair(change, value);
        yield config.withEnv(pair[0], pair[1]);
      }
      case "LABEL" -> {
        String[] pair = pair(change, value);
        yield config.withLabel(pair[0], pair[1]);
      }
      case "EXPOSE" -> config.withExposedPort(value.contains("/") ? value : value + "/tcp");
      case "STOPSIGNAL" -> config.withStopSignal(value);
      case "USER" -> config.withUser(value);
      case "VOLUME" -> config.withVolume(value);
      case "WORKDIR" -> config.withWorkingDir(value);
      default ->
          throw new UsageException(
              parts[0]
                  + " is not a valid change: there are CMD, ENTRYPOINT, ENV, EXPOSE, LABEL,"
                  + " STOPSIGNAL, USER, VOLUME and WORKDIR");
    };
  }

  private static String[] pair(String change, String value) {
    int equals = value.indexOf('=');
    int end = equals < 0 ? value.indexOf(' ') : equals;
    if (end <= 0) {
      throw new UsageException("a change needs a name and a value: " + change);
    }
    String text = value.substring(end + 1).strip();
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return new String[] {
      value.substring(0, end), quoted ? text.substring(1, text.length() - 1) : text
    };
  }

  private static List<String> command(String value) {
    if (value.startsWith("[")) {
      return Json.parseObject("{\"c\":" + value + "}").texts("c");
    }
    return List.of("/bin/sh", "-c", value);
  }
}
