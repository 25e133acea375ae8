package dev.jbuild.engine.network;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What is asked of a new network.
 *
 * @param driver {@code bridge}; other drivers of Docker are not there
 * @param internal nothing goes out of it
 * @param options of the driver, by Docker's names ({@code com.docker.network.…})
 */
public record NetworkSpec(
    String name,
    String driver,
    Addresses addresses,
    boolean internal,
    boolean attachable,
    SequencedMap<String, String> options,
    SequencedMap<String, String> labels) {
  public NetworkSpec {
    options = new LinkedHashMap<>(options);
    labels = new LinkedHashMap<>(labels);
  }

  /**
   * As they are written on the command line.
   *
   * @param subnet e.g. {@code 10.1.0.0/24}
   * @param gateway the host's address in it
   * @param range of the addresses that are given without being asked for
   */
  public record Addresses(
      Optional<String> subnet, Optional<String> gateway, Optional<String> range) {
    /** All chosen by us. */
    public static final Addresses ANY =
        new Addresses(Optional.empty(), Optional.empty(), Optional.empty());
  }
}
