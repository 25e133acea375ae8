package dev.jbuild.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands between networks and the rest, and what many of them at once do. */
final class NetworkWallsTest {
  private static final Path NFT = Path.of("/usr/sbin/nft");

  private @TempDir Path folder;
  private TestHost host;

  @BeforeEach
  void open() throws IOException {
    host = TestHost.open(folder);
  }

  @AfterEach
  void close() {
    if (host != null) {
      host.close();
    }
  }

  private static NetworkPlan with(
      NetworkPlan plan, NetworkPlan.Bridge bridge, List<NetworkPlan.Server> servers) {
    return new NetworkPlan(
        plan.root(),
        plan.container(),
        plan.called(),
        plan.hostname(),
        plan.hosts(),
        List.of(
            new NetworkPlan.Membership(
                bridge, Optional.empty(), Optional.empty(), plan.networks().getFirst().names())),
        plan.ports(),
        plan.names(),
        servers,
        plan.links());
  }

  private static NetworkPlan.Bridge closed(NetworkPlan.Bridge open, boolean internal, boolean icc) {
    return new NetworkPlan.Bridge(
        open.id(),
        open.name(),
        open.device(),
        open.subnet(),
        open.prefix(),
        open.gateway(),
        open.first(),
        open.last(),
        open.mtu(),
        internal,
        !internal,
        icc);
  }

  @Test
  void nothingLeavesAnInternalNetwork() throws Exception {
    NetworkPlan.Bridge inside = closed(host.network('a', "10.77.1"), true, true);
    Process server = host.start(host.plan(1, host.network('b', "10.77.2"), List.of()));
    Process neighbour = host.start(host.plan(2, inside, List.of()));
    Process other = host.start(host.plan(3, inside, List.of()));
    host.serve(Optional.of(server), 80);
    host.serve(Optional.of(other), 80);

    assertThat(host.ask(Optional.of(neighbour), "tcp|10.77.2.2|80", "tcp|10.77.1.3|80"))
        .containsExactly("failed", "10.77.1.2");
  }

  @Test
  void theHostsOwnLoopbackIsOutOfReach() throws Exception {
    Process container = host.start(host.plan(1, host.network('a', "10.77.1"), List.of()));
    host.serve(Optional.empty(), 80);

    assertThat(host.ask(Optional.of(container), "tcp|127.0.0.1|80", "tcp|10.77.1.1|80"))
        .containsExactly("failed", "10.77.1.2");
  }

  @Test
  void aFilterOfOthersThatDropsIsTold() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(NFT), "nft is not there");
    // As dockerd and ufw leave it.
    assertThat(host.run(NFT.toString(), "add table ip filter")).isZero();
    assertThat(
            host.run(
                NFT.toString(),
                "add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }"))
        .isZero();
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    NetworkPlan.Bridge others = host.network('b', "10.77.2");
    Process server =
        host.start(
            host.plan(1, ours, List.of(new NetworkPlan.PortRequest("tcp", "", 8080, 8080, 80))));
    Process client = host.start(host.plan(2, others, List.of()));
    host.serve(Optional.of(server), 80);

    assertThat(host.ask(Optional.of(client), "tcp|10.77.2.1|8080", "tcp|10.77.1.2|80"))
        .containsExactly("10.77.1.1", "failed");
    TestHost.stop(server);
    TestHost.stop(client);
    waitForBridge(ours);
    waitForBridge(others);
    // What was told is taken back.
    assertThat(host.rules("filter", "FORWARD")).doesNotContain("jbuild");
  }

  @Test
  void namesOfOthersAreAskedForBehindUs() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    // It sends back what it gets: an answer without addresses and without an error.
    host.serve(Optional.empty(), 53);
    NetworkPlan plan = host.plan(1, ours, List.of());
    List<NetworkPlan.Server> servers =
        List.of(
            new NetworkPlan.Server(false, "10.77.1.250"),
            new NetworkPlan.Server(false, "127.0.0.1"));
    Process asking = host.start(with(plan, ours, servers));
    Process without = host.start(host.plan(2, ours, List.of()));

    assertThat(host.ask(Optional.of(asking), "name|example.org|1", "name|app2|1"))
        .containsExactly("0 ", "0 10.77.1.3");
    assertThat(host.ask(Optional.of(without), "name|example.org|1", "stream|example.org|1"))
        .containsExactly("2 ", "2 ");
  }

  @Test
  void manyAtOnceGetAddressesOfTheirOwnAndLeaveNothing() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    // A helper ends with the thread that has started it: these stay until all is looked at.
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Process>> starts = new ArrayList<>();
      for (int i = 1; i <= 30; i++) {
        NetworkPlan plan =
            host.plan(i, ours, List.of(new NetworkPlan.PortRequest("tcp", "", 0, 0, 80)));
        // As a helper that was killed has left it.
        Files.createFile(host.root().resolve("networks/live/" + TestHost.id(i)));
        starts.add(threads.submit(() -> host.start(plan)));
      }
      List<Process> helpers = new ArrayList<>();
      for (Future<Process> start : starts) {
        helpers.add(start.get());
      }
      host.sweep();
      Set<String> addresses = new HashSet<>();
      for (int i = 1; i <= 30; i++) {
        Path endpoint =
            host.root().resolve("networks/" + ours.id() + "/endpoints/" + TestHost.id(i));
        addresses.add(Files.readAllLines(endpoint).getFirst());
      }
      assertThat(addresses).hasSize(30);
      for (Process helper : helpers) {
        TestHost.stop(helper);
      }
    }
    waitForBridge(ours);
    assertThat(host.devices()).doesNotContain("jv", "jbt-");
    assertThat(host.root().resolve("networks/live")).isEmptyDirectory();
    assertThat(host.root().resolve("networks/" + ours.id() + "/endpoints")).isEmptyDirectory();
    assertThat(host.root().resolve("networks/" + ours.id() + "/bridge")).doesNotExist();
  }

  /** The last helper leaves its bridge to a child, which takes the note of it away last of all. */
  private void waitForBridge(NetworkPlan.Bridge network) throws InterruptedException {
    Path note = host.root().resolve("networks/" + network.id() + "/bridge");
    Instant end = Instant.now().plus(Duration.ofSeconds(15));
    while (Files.exists(note) && Instant.now().isBefore(end)) {
      Thread.sleep(10);
    }
  }
}
