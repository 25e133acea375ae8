package dev.jbuild.cli;

import dev.jbuild.cli.format.TemplateException;
import dev.jbuild.engine.EngineException;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.JsonException;
import dev.jbuild.registry.RegistryException;
import dev.jbuild.runtime.ShimException;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Optional;

/** The one table of failures: what is printed, and the exit code. */
final class Failures {
  private static final int INTERRUPTED = 130;
  private static final int REFUSED = 125;

  private final PrintStream err;
  private final boolean debug;

  Failures(PrintStream err, boolean debug) {
    this.err = err;
    this.debug = debug;
  }

  /** Prints a failure for its reader and gives the exit code. */
  int report(Throwable failure, Optional<Verb> verb) {
    if (debug) {
      failure.printStackTrace(err);
    }
    int failed = verb.map(Verb::failureExitCode).orElse(1);
    String prefix = verb.map(Verb::errorPrefix).orElse("jbuild: ");
    if (interrupted(failure)) {
      return verb.map(Verb::endsByInterrupt).orElse(false)
          ? INTERRUPTED
          : print(prefix + "canceled", INTERRUPTED);
    }
    return switch (failure) {
      case UsageException e -> print(prefix, e, verb.map(Verb::usageExitCode).orElse(1));
      case CommandException e -> print("", e, e.exitCode());
      case EngineException e ->
          print(
              verb.map(Verb::enginePrefix).orElse(prefix),
              e,
              e.exitCode() == REFUSED || e.exitCode() == 1 ? failed : e.exitCode());
      case RegistryException e -> print(prefix, e, failed);
      case StoreException e -> print(prefix, e, failed);
      case ShimException e -> print(prefix, e, failed);
      case TemplateException e -> print(prefix, e, failed);
      case JsonException e -> print(prefix, e, failed);
      case IOException e -> print(prefix, e, failed);
      case UncheckedIOException e -> print(prefix, e, failed);
      case IllegalArgumentException e -> print(prefix, e, failed);
      case OutOfMemoryError _ ->
          print(prefix + "out of memory; JBUILD_JAVA_OPTS=-Xmx512m gives more", failed);
      default ->
          print(
              prefix
                  + "internal error: "
                  + failure
                  + "\nThis is a bug in jbuild; with JBUILD_DEBUG=1 it says where.",
              failed);
    };
  }

  /** Whether ^C is what failed, however deep: a file that was open says it in its own way. */
  private static boolean interrupted(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      // A time-out of the network is one of the second kind, by its class only.
      if (cause instanceof InterruptedException
          || cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException)
          || cause instanceof FileLockInterruptionException
          || cause instanceof ClosedByInterruptException) {
        return true;
      }
    }
    return false;
  }

  private int print(String prefix, Throwable failure, int code) {
    return print(prefix + Reason.of(failure), code);
  }

  private int print(String text, int code) {
    err.println(text);
    return code;
  }
}
