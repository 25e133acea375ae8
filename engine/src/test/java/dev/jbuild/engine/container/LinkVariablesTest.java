package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinkVariablesTest {
  private static List<String> of(String config) {
    Json.Obj json = Json.obj().with("Config", Json.parseObject(config));
    return LinkVariables.of(
        new NetworkSetup.Linked("my-db", "c".repeat(64), "172.17.0.2"),
        "web",
        new Container("c".repeat(64), Path.of("/nowhere"), json));
  }

  /** The lines that docker 28 gave for the same. */
  @Test
  void tellsOfPortsAndEnvironmentAsDockerDoes() {
    assertThat(
            of(
                """
                {"ExposedPorts": {"53/udp": {}, "5432/tcp": {}},
                 "Env": ["DB=x", "PATH=/bin", "HOME=/root", "EMPTY="]}
                """))
        .containsExactly(
            "MY_DB_PORT=tcp://172.17.0.2:5432",
            "MY_DB_PORT_5432_TCP=tcp://172.17.0.2:5432",
            "MY_DB_PORT_5432_TCP_ADDR=172.17.0.2",
            "MY_DB_PORT_5432_TCP_PORT=5432",
            "MY_DB_PORT_5432_TCP_PROTO=tcp",
            "MY_DB_PORT_53_UDP=udp://172.17.0.2:53",
            "MY_DB_PORT_53_UDP_ADDR=172.17.0.2",
            "MY_DB_PORT_53_UDP_PORT=53",
            "MY_DB_PORT_53_UDP_PROTO=udp",
            "MY_DB_NAME=/web/my-db",
            "MY_DB_ENV_DB=x",
            "MY_DB_ENV_EMPTY=");
  }

  @Test
  void threePortsInARowAreOneToo() {
    assertThat(of("{\"ExposedPorts\": {\"7002/tcp\": {}, \"7000/tcp\": {}, \"7001/tcp\": {}}}"))
        .contains(
            "MY_DB_PORT=tcp://172.17.0.2:7000",
            "MY_DB_PORT_7000_TCP_START=tcp://172.17.0.2:7000",
            "MY_DB_PORT_7000_TCP_PORT_START=7000",
            "MY_DB_PORT_7000_TCP_END=tcp://172.17.0.2:7002",
            "MY_DB_PORT_7000_TCP_PORT_END=7002",
            "MY_DB_PORT_7002_TCP_PROTO=tcp");
    assertThat(of("{\"ExposedPorts\": {\"80/tcp\": {}, \"81/tcp\": {}}}"))
        .noneMatch(line -> line.contains("START"));
  }

  @Test
  void nothingExposed() {
    assertThat(of("{}")).containsExactly("MY_DB_NAME=/web/my-db");
  }
}
