package dev.jbuild.runtime;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which network the process sees. */
public sealed interface Network {
  // A record's own equals and hashCode are spun at the first use in every process (docs/adr/0010)

  /** The host's own. */
  record Host() implements Network {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Host;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  /** A new one with nothing but a loopback device. */
  record None() implements Network {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof None;
    }

    @Override
    public int hashCode() {
      return 2;
    }
  }

  /** An existing network namespace, by the file that names it. */
  record Namespace(Path file) implements Network {}
}
