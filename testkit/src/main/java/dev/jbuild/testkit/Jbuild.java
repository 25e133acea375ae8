package dev.jbuild.testkit;

import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The checkout's {@code ./jbuild} with a store of its own, away from the user's. */
public record Jbuild(Path launcher, Path store, Optional<Path> registries) {

  /** On a store that nobody else uses; made by the first call that writes. */
  public static Jbuild on(Path store) {
    return new Jbuild(Checkout.root().resolve("jbuild"), store, Optional.empty());
  }

  /** The same, with every registry reached through the mirrors that the file names. */
  public Jbuild through(Path registriesFile) {
    return new Jbuild(launcher, store, Optional.of(registriesFile));
  }

  /** A call of the launcher, not yet run. */
  public Command command(Object... arguments) {
    // A shell's background job, and all below it, ignores interrupts; a test that sends one means
    // it.
    Command command =
        Command.of("env", "--default-signal=INT,QUIT", launcher)
            .and(arguments)
            .with("JBUILD_ROOT", store)
            .with("JBUILD_REBUILD", "never")
            .with("JBUILD_AOT", System.getenv().getOrDefault("JBUILD_AOT", "wait"))
            .without("JAVA_TOOL_OPTIONS")
            .without("JBUILD_JAVA_OPTS");
    return command.with("JBUILD_REGISTRIES", registries.orElseGet(Jbuild::noSettings));
  }

  /** The machine's own settings are not the test's. */
  private static Path noSettings() {
    try {
      Path file = Files.createTempFile("jbuild-registries", ".json");
      file.toFile().deleteOnExit();
      return Files.writeString(file, "{}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Outcome run(Object... arguments) {
    return command(arguments).run();
  }

  /** Runs a call that has to succeed. */
  public Outcome check(Object... arguments) {
    return command(arguments).check();
  }
}
