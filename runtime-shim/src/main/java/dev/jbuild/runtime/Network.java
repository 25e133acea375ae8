package dev.jbuild.runtime;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which network the process sees. */
public sealed interface Network {
  // A record's own equals and hashCode are spun at the first use in every process (docs/adr/0010)

  /**
   * The host's own.
   *
   * @param sockets also those of the host's processes that have a name and no file (unix(7),
   *     abstract sockets), as who asks for the host's network gets; kept out since Linux 6.12
   */
  record Host(boolean sockets) implements Network {
    public Host() {
      this(true);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Host host && sockets == host.sockets;
    }

    @Override
    public int hashCode() {
      return sockets ? 1 : 3;
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
