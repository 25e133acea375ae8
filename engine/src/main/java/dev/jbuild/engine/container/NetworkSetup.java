package dev.jbuild.engine.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A network that is ready for a container.
 *
 * @param namespace a file that names the network namespace; it is opened once, at the start of the
 *     supervisor, which holds it through restarts. Empty: the supervisor makes a new one per start
 *     with nothing but a loopback device
 * @param helper a command that the supervisor runs beside the container, from before the program
 *     starts until the container has stopped for good, and that dies with the supervisor (SIGKILL).
 *     Its working directory is the container's folder, its stdin and stdout are {@code /dev/null},
 *     its stderr is a file in that folder. It closes its descriptor 3 when it is ready; what it
 *     wrote there before is the reason why the container can't start. Empty: none
 * @param teardown a command that the supervisor runs when the container has stopped for good, after
 *     the helper has ended. Empty: none
 * @param resolvConf the content of {@code /etc/resolv.conf}; empty: like the host's
 * @param hosts further lines of {@code /etc/hosts}
 */
public record NetworkSetup(
    Optional<Path> namespace,
    List<String> helper,
    List<String> teardown,
    Optional<String> resolvConf,
    List<String> hosts) {
  public NetworkSetup {
    helper = List.copyOf(helper);
    teardown = List.copyOf(teardown);
    hosts = List.copyOf(hosts);
  }

  /** A namespace of its own with nothing but loopback. */
  public static NetworkSetup none() {
    return new NetworkSetup(Optional.empty(), List.of(), List.of(), Optional.empty(), List.of());
  }
}
