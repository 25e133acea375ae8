package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EtcFilesTest {
  @TempDir private Path folder;
  private Path host;

  @BeforeEach
  void makeHost() throws IOException {
    host = folder.resolve("host");
    Files.createDirectories(host.resolve("etc"));
    Files.createDirectories(host.resolve("run/systemd/resolve"));
    Files.writeString(host.resolve("etc/hosts"), "127.0.0.1 localhost\n10.9.9.9 office");
  }

  private EtcFiles write(Network network, String... extraHosts) throws IOException {
    return EtcFiles.write(host, folder.resolve("out"), network, "web", List.of(extraHosts));
  }

  private String resolv(String hosts, Network network) throws IOException {
    Files.writeString(host.resolve("etc/resolv.conf"), hosts);
    return Files.readString(write(network).resolvConf());
  }

  @Test
  void theHostsOwnServersOnTheHostsNetwork() throws IOException {
    String text = "search a.b\nnameserver 127.0.0.1\n";
    assertThat(resolv(text, new Network.Host())).isEqualTo(text);
  }

  @Test
  void loopbackServersAreOfNoUseElsewhere() throws IOException {
    assertThat(resolv("nameserver 127.0.0.1\nnameserver 10.0.0.1\n", new Network.None()))
        .isEqualTo("nameserver 10.0.0.1\n");
    assertThat(resolv("search x\nnameserver ::1\n", new Network.None()))
        .isEqualTo("search x\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n");
  }

  @Test
  void whatResolvedItselfAsks() throws IOException {
    Files.writeString(host.resolve("run/systemd/resolve/resolv.conf"), "nameserver 192.168.1.1\n");
    assertThat(resolv("nameserver 127.0.0.53\noptions edns0\n", new Network.Host()))
        .isEqualTo("nameserver 192.168.1.1\n");
  }

  @Test
  void hostsOfTheHostOrLocalhostAlone() throws IOException {
    assertThat(Files.readString(write(new Network.Host(), "db:10.0.0.2").hosts()))
        .isEqualTo("127.0.0.1 localhost\n10.9.9.9 office\n10.0.0.2\tdb\n");
    assertThat(Files.readString(write(new Network.None(), "six=[fd00::1]", "s:fd00::2").hosts()))
        .startsWith("127.0.0.1\tlocalhost\n::1\tlocalhost")
        .endsWith("fd00::1\tsix\nfd00::2\ts\n");
    assertThatThrownBy(() -> write(new Network.None(), "nonsense"))
        .hasMessage("bad format for add-host: \"nonsense\" (e.g. db:10.0.0.2)");
  }

  @Test
  void aNameIsMountedWhenThereIsOne() throws IOException {
    assertThat(Files.readString(write(new Network.None()).hostname())).isEqualTo("web\n");
    assertThat(write(new Network.None()).mounts(true)).hasSize(3);
    EtcFiles nameless =
        EtcFiles.write(host, folder.resolve("out"), new Network.Host(), "", List.of());
    assertThat(nameless.mounts(true)).hasSize(2);
  }
}
