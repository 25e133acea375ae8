package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PortsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | ''",
        "{\"80/tcp\":null} | 80/tcp",
        "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"},"
            + "{\"HostIp\":\"::\",\"HostPort\":\"8080\"}]}"
            + " | 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
        "{\"8001/tcp\":null,\"8000/tcp\":null,\"8002/tcp\":null} | 8000-8002/tcp",
        "{\"53/udp\":null,\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"1\"}]}"
            + " | 53/udp, 0.0.0.0:1->80/tcp",
        "{\"80/tcp\":[{\"HostIp\":\"1.2.3.4\",\"HostPort\":\"90\"}],"
            + "\"81/tcp\":[{\"HostIp\":\"1.2.3.4\",\"HostPort\":\"91\"}]}"
            + " | 1.2.3.4:90->80/tcp, 1.2.3.4:91->81/tcp",
        "{\"90/tcp\":[{\"HostIp\":\"1.2.3.4\",\"HostPort\":\"90\"}],"
            + "\"91/tcp\":[{\"HostIp\":\"1.2.3.4\",\"HostPort\":\"91\"}]}"
            + " | 1.2.3.4:90-91->90-91/tcp",
      })
  void asDockerListsThem(String json, String text) {
    assertThat(Ports.text(Json.parseObject(json))).isEqualTo(text);
  }
}
