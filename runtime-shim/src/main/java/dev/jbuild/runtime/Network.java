package dev.jbuild.runtime;

import java.nio.file.Path;

/** Which network the process sees. */
public sealed interface Network {
  /** The host's own. */
  record Host() implements Network {}

  /** A new one with nothing but a loopback device. */
  record None() implements Network {}

  /** An existing network namespace, by the file that names it. */
  record Namespace(Path file) implements Network {}
}
