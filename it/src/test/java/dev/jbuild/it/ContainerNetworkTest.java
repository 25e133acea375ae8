package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ports, neighbours and bridges, as people use them. */
@EndToEnd(needs = {"hostname", "nft", "pgrep"})
final class ContainerNetworkTest {
  /** Answers each datagram. */
  private static final String ECHO =
      """
      use Socket;
      socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
      bind($s, sockaddr_in(9, INADDR_ANY)) or die;
      while (my $peer = recv($s, my $data, 65536, 0)) { send($s, "heard $data", 0, $peer); }
      """;

  private static String published(Jbuild jbuild, String name, String port) {
    String line = jbuild.check("port", name, port).out().lines().findFirst().orElseThrow();
    return line.substring(line.lastIndexOf(':') + 1);
  }

  /** An address of this machine that others reach it by. */
  private static String ofMachine() {
    for (String word : Command.of("hostname", "-I").check().out().split(" ")) {
      if (word.matches("[0-9.]+")) {
        return word;
      }
    }
    throw new AssertionError("no address");
  }

  private static String ask(String host, int port, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(500);
      DatagramPacket answer = new DatagramPacket(new byte[65536], 65536);
      for (int i = 0; i < 20; i++) {
        socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(host), port));
        try {
          socket.receive(answer);
          // From where it was asked, else a client would not take it.
          assertThat(answer.getAddress().getHostAddress()).isEqualTo(host);
          assertThat(answer.getPort()).isEqualTo(port);
          return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException _) {
          // Not there yet.
        }
      }
    }
    return "nothing";
  }

  @Test
  void datagramsGoBothWaysThroughAPublishedPort(Jbuild jbuild, Folder folder) throws Exception {
    folder.file("echo.pl", ECHO);
    jbuild.check(
        "run",
        "-d",
        "--name",
        "udp",
        "-p",
        "9/udp",
        "-v",
        folder + ":/s",
        "debian",
        "perl",
        "/s/echo.pl");
    try {
      int port = Integer.parseInt(published(jbuild, "udp", "9/udp"));
      String large = "x".repeat(1400);
      for (String host : List.of("127.0.0.1", ofMachine())) {
        assertThat(ask(host, port, "one")).isEqualTo("heard one");
        assertThat(ask(host, port, large)).isEqualTo("heard " + large);
      }
    } finally {
      jbuild.check("rm", "-f", "udp");
    }
  }

  @Test
  void aPublishedPortIsReachedFromWithinToo(Jbuild jbuild) {
    jbuild.check(
        "run",
        "-d",
        "--name",
        "site",
        "-p",
        "80",
        "busybox",
        "sh",
        "-c",
        "mkdir /srv; echo page > /srv/index.html; exec httpd -f -p 80 -h /srv");
    try {
      String url = "http://" + ofMachine() + ":" + published(jbuild, "site", "80") + "/";
      String get = "for i in 1 2 3 4 5; do wget -qO- " + url + " && exit; sleep 1; done";
      assertThat(jbuild.check("exec", "site", "sh", "-c", get).out())
          .as("itself")
          .isEqualTo("page\n");
      assertThat(jbuild.check("run", "--rm", "busybox", "sh", "-c", get).out())
          .as("a neighbour")
          .isEqualTo("page\n");
      jbuild.check("network", "create", "elsewhere");
      assertThat(
              jbuild
                  .check("run", "--rm", "--network", "elsewhere", "busybox", "sh", "-c", get)
                  .out())
          .as("another network")
          .isEqualTo("page\n");
    } finally {
      jbuild.check("rm", "-f", "site");
      jbuild.run("network", "rm", "elsewhere");
    }
  }

  @Test
  void aLinkIsANameAndVariables(Jbuild jbuild) {
    jbuild.check(
        "run",
        "-d",
        "--name",
        "store",
        "-e",
        "DB=x",
        "--expose",
        "5432",
        "busybox",
        "sleep",
        "1000");
    try {
      String ip =
          jbuild.check("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "store").out().strip();
      String look = "ping -c 1 -w 5 the-db > /dev/null && env | grep THE_DB | sort";
      List<String> lines =
          jbuild
              .check(
                  "run",
                  "--rm",
                  "--name",
                  "app",
                  "--link",
                  "store:the-db",
                  "busybox",
                  "sh",
                  "-c",
                  look)
              .out()
              .lines()
              .toList();
      assertThat(lines)
          .contains(
              "THE_DB_ENV_DB=x",
              "THE_DB_NAME=/app/the-db",
              "THE_DB_PORT=tcp://" + ip + ":5432",
              "THE_DB_PORT_5432_TCP_ADDR=" + ip);
      jbuild.check(
          "run", "-d", "--name", "app", "--link", "store:the-db", "busybox", "sleep", "99");
      assertThat(jbuild.check("exec", "app", "env").out().lines()).containsAll(lines);
      Outcome none = jbuild.run("run", "--rm", "--link", "nobody:x", "busybox", "true");
      assertThat(none.code()).isEqualTo(125);
    } finally {
      jbuild.check("rm", "-f", "store", "app");
    }
  }

  @Test
  void aBridgeHasTheNameThatItWasGiven(Jbuild jbuild) {
    String option = "com.docker.network.bridge.name=";
    jbuild.check("network", "create", "-o", option + "jbtest0", "named");
    try {
      jbuild.check("run", "-d", "--name", "there", "--network", "named", "busybox", "sleep", "99");
      assertThat(Path.of("/sys/class/net/jbtest0/bridge")).isDirectory();
      Outcome twice = jbuild.run("network", "create", "-o", option + "jbtest0", "again");
      assertThat(twice.code()).isEqualTo(1);
      assertThat(twice.err()).contains("networks have same bridge name");
      Outcome wide = jbuild.run("network", "create", "-o", option + "sixteen-letters-", "wide");
      assertThat(wide.code()).isEqualTo(1);
      // What is somebody else's stays theirs.
      jbuild.check("network", "create", "-o", option + "lo", "foreign");
      assertThat(jbuild.run("run", "--rm", "--network", "foreign", "busybox", "true").code())
          .isEqualTo(125);
      assertThat(Path.of("/sys/class/net/lo")).isDirectory();
    } finally {
      jbuild.run("rm", "-f", "there");
      jbuild.run("network", "rm", "named", "foreign");
    }
    assertThat(Files.exists(Path.of("/sys/class/net/jbtest0"))).isFalse();
  }

  @Test
  void itIsFoundByItsNewNameAndComesBackFromItsLastNetwork(Jbuild jbuild) {
    jbuild.check("network", "create", "town");
    try {
      jbuild.check("run", "-d", "--name", "before", "--network", "town", "busybox", "sleep", "99");
      jbuild.check("rename", "before", "after");
      String ask =
          "nslookup -type=a after >/dev/null && nslookup -type=a after.town >/dev/null && ! nslookup -type=a before";
      jbuild.check("run", "--rm", "--network", "town", "busybox", "sh", "-c", ask);
      jbuild.check("network", "disconnect", "town", "after");
      assertThat(jbuild.run("exec", "after", "ip", "link", "show", "eth0").code()).isNotZero();
      jbuild.check("network", "connect", "--alias", "again", "town", "after");
      jbuild.check("run", "--rm", "--network", "town", "busybox", "ping", "-c1", "-W2", "again");
      assertThat(jbuild.check("ps", "--format", "{{.Networks}}").out()).isEqualTo("town\n");
    } finally {
      jbuild.run("rm", "-f", "before", "after");
      jbuild.run("network", "rm", "town");
    }
  }

  /** Everything is killed, and then the store is removed: nothing is there to say what was made. */
  @Test
  void theNextCallOfAnyStoreRemovesWhatARemovedOneLeft(Jbuild jbuild, Folder folder) {
    Jbuild other = Jbuild.on(folder.path().resolve("store")).through(jbuild.registries().get());
    other.check("run", "-d", "--name", "lost", "-p", "80", "busybox", "sleep", "99");
    String bridge =
        "jb-" + other.check("network", "ls", "-q", "--filter", "name=bridge").out().strip();
    assertThat(Path.of("/sys/class/net", bridge)).isDirectory();
    for (String pid : Command.of("pgrep", "-f", other.store()).check().out().lines().toList()) {
      Command.of("kill", "-KILL", pid).run();
    }
    Command.of("rm", "-rf", other.store()).check();

    jbuild.check("run", "--rm", "busybox", "true");

    assertThat(Files.exists(Path.of("/sys/class/net", bridge))).isFalse();
    assertThat(Command.of("nft", "list", "tables").check().out()).doesNotContain(bridge);
  }

  @Test
  void addressesOfSixAreRefusedAndSaidSo(Jbuild jbuild) {
    Outcome create = jbuild.run("network", "create", "--ipv6", "six");
    assertThat(create.code()).isEqualTo(1);
    assertThat(create.err()).contains("--ipv6 is not supported");
    Outcome subnet = jbuild.run("network", "create", "--subnet", "fd00:1::/64", "six");
    assertThat(subnet.code()).isEqualTo(1);
    assertThat(subnet.err()).contains("fd00:1::/64").contains("IPv4");
    Outcome run = jbuild.run("run", "--rm", "--ip6", "fd00::2", "busybox", "true");
    assertThat(run.code()).isEqualTo(125);
    assertThat(run.err()).contains("IPv4");
  }
}
