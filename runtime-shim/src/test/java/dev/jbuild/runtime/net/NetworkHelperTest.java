package dev.jbuild.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code shim net} as containers see it, on a host that is a namespace of its own. */
final class NetworkHelperTest {
  private static final List<NetworkPlan.PortRequest> WEB =
      List.of(
          new NetworkPlan.PortRequest("tcp", "", 8080, 8080, 80),
          new NetworkPlan.PortRequest("udp", "", 8080, 8080, 80));

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

  @Test
  void neighboursFindEachOtherByNameAndStrangersDoNot() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    NetworkPlan.Bridge theirs = host.network('b', "10.77.2");
    Process server = host.start(host.plan(1, ours, List.of()));
    Process neighbour = host.start(host.plan(2, ours, List.of()));
    Process stranger = host.start(host.plan(3, theirs, List.of()));
    host.serve(Optional.of(server), 80);

    assertThat(
            host.ask(
                Optional.of(neighbour),
                "name|app1|1",
                "name|ALIAS1|1",
                "stream|app1|1",
                "name|app1|28",
                "name|app3|1",
                "tcp|10.77.1.2|80"))
        .containsExactly("0 10.77.1.2", "0 10.77.1.2", "0 10.77.1.2", "0 ", "2 ", "10.77.1.3");
    assertThat(host.ask(Optional.of(stranger), "name|app1|1", "tcp|10.77.1.2|80"))
        .containsExactly("2 ", "failed");
    assertThat(folder.resolve("hosts-app2")).hasContent("127.0.0.1\tlocalhost\n10.77.1.3\tapp2\n");
  }

  @Test
  void publishedPortsAreThereForEverybody() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    Process server = host.start(host.plan(1, ours, WEB));
    Process stranger = host.start(host.plan(2, host.network('b', "10.77.2"), List.of()));
    host.serve(Optional.of(server), 80);

    assertThat(
            host.ask(
                Optional.empty(),
                "tcp|127.0.0.1|8080",
                "tcp|10.77.1.1|8080",
                "tcp|::1|8080",
                "udp|127.0.0.1|8080",
                "udp|::1|8080"))
        .containsExactly("10.77.1.1", "10.77.1.1", "10.77.1.1", "hello", "hello");
    // From the container itself, and from another network through the host's address.
    assertThat(host.ask(Optional.of(server), "tcp|10.77.2.1|8080")).containsExactly("10.77.1.1");
    assertThat(host.ask(Optional.of(stranger), "tcp|10.77.2.1|8080", "udp|10.77.2.1|8080"))
        .containsExactly("10.77.1.1", "hello");
  }

  @Test
  void aPortIsTakenOnce() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    Process first = host.start(host.plan(1, ours, WEB));
    assertThatThrownBy(() -> host.start(host.plan(2, ours, WEB)))
        .hasMessage(
            "failed to set up container networking: driver failed programming external connectivity on"
                + " endpoint app2 ("
                + "02".repeat(32)
                + "): Bind for 0.0.0.0:8080 failed: port is already allocated");
    TestHost.stop(first);
    Process second = host.start(host.plan(2, ours, WEB));
    assertThat(host.root().resolve("networks/live/" + TestHost.id(2)))
        .content()
        .contains("port\ttcp\t80\t0.0.0.0\t8080\nport\ttcp\t80\t::\t8080\n");
    TestHost.stop(second);
  }

  @Test
  void rangesAndRandomPorts() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    List<NetworkPlan.PortRequest> range =
        List.of(new NetworkPlan.PortRequest("tcp", "127.0.0.1", 9000, 9001, 80));
    host.start(host.plan(1, ours, range));
    host.start(host.plan(2, ours, range));
    assertThat(live(2)).contains("port\ttcp\t80\t127.0.0.1\t9001\n");
    assertThatThrownBy(() -> host.start(host.plan(3, ours, range)))
        .hasMessageContaining("Bind for 127.0.0.1:9000-9001 failed: all ports are allocated");
    host.start(host.plan(4, ours, List.of(new NetworkPlan.PortRequest("tcp", "", 0, 0, 80))));
    assertThat(live(4)).containsPattern("port\ttcp\t80\t0.0.0.0\t[1-9][0-9]+\n");
  }

  @Test
  void nothingStays() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    String before = host.devices();
    Process first = host.start(host.plan(1, ours, WEB));
    Process second = host.start(host.plan(2, ours, List.of()));
    assertThat(host.devices()).contains("jbt-a");
    TestHost.stop(first);
    TestHost.stop(second);
    waitUntilAsBefore(before);
    assertThat(files()).containsExactly("endpoints", "lock");
  }

  @Test
  void whatAKilledHelperLeavesIsSwept() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    String before = host.devices();
    Process killed = host.start(host.plan(1, ours, WEB));
    killed.destroyForcibly().waitFor();
    assertThat(files()).contains("bridge");
    host.sweep();
    waitUntilAsBefore(before);
    assertThat(files()).containsExactly("endpoints", "lock");
    assertThat(host.root().resolve("networks/live")).isEmptyDirectory();
    // Address and ports are free.
    Process next = host.start(host.plan(2, ours, WEB));
    assertThat(endpoint(ours, 2)).contains("address\t10.77.1.2\n");
    TestHost.stop(next);
  }

  @Test
  void anAddressThatIsAskedForIsTakenOnce() throws Exception {
    NetworkPlan.Bridge ours = host.network('a', "10.77.1");
    host.start(asking(host.plan(1, ours, List.of()), "10.77.1.9"));
    assertThat(endpoint(ours, 1)).contains("address\t10.77.1.9\n");
    assertThatThrownBy(() -> host.start(asking(host.plan(2, ours, List.of()), "10.77.1.9")))
        .hasMessage("Address already in use");
  }

  private static NetworkPlan asking(NetworkPlan plan, String address) {
    NetworkPlan.Membership first = plan.networks().getFirst();
    return new NetworkPlan(
        plan.root(),
        plan.container(),
        plan.called(),
        plan.hostname(),
        plan.hosts(),
        List.of(
            new NetworkPlan.Membership(
                first.bridge(), Optional.of(address), first.mac(), first.names())),
        plan.ports(),
        plan.names(),
        plan.servers(),
        plan.links());
  }

  private String live(int number) throws IOException {
    return Files.readString(host.root().resolve("networks/live/" + TestHost.id(number)));
  }

  private String endpoint(NetworkPlan.Bridge network, int number) throws IOException {
    return Files.readString(
        host.root().resolve("networks/" + network.id() + "/endpoints/" + TestHost.id(number)));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(host.root().resolve("networks/" + "a".repeat(64)))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  /** The kernel removes devices a little later. */
  private void waitUntilAsBefore(String before) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(Duration.ofSeconds(10));
    while ((names(host.devices()).size() > names(before).size() || files().contains("bridge"))
        && Instant.now().isBefore(end)) {
      Thread.sleep(10);
    }
    assertThat(names(host.devices())).isEqualTo(names(before));
  }

  private static List<String> names(String devices) {
    return devices.lines().skip(2).map(l -> l.substring(0, l.indexOf(':')).strip()).toList();
  }
}
