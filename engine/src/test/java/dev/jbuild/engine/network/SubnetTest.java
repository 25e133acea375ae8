package dev.jbuild.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SubnetTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0/24",
        "10.0.0.256/24",
        "10.0.0.0.0/8",
        "10.0.0.0/-1",
        "::1/64",
        "10.0.0.0/024x",
        "a.b.c.d/8"
      })
  void whatIsNoSubnet(String text) {
    assertThat(Subnet.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "172.18.0.0/16, 172.18.0.0/16, 172.18.255.255",
    "10.1.2.3/8, 10.0.0.0/8, 10.255.255.255",
    "255.255.255.255/32, 255.255.255.255/32, 255.255.255.255",
    "1.2.3.4/0, 0.0.0.0/0, 255.255.255.255",
  })
  void firstAndLast(String text, String subnet, String last) {
    Subnet parsed = Subnet.parse(text).orElseThrow();
    assertThat(parsed).hasToString(subnet);
    assertThat(Subnet.address(parsed.end())).isEqualTo(last);
  }

  @Test
  void overlap() {
    Subnet wide = Subnet.parse("172.18.0.0/16").orElseThrow();
    Subnet inside = Subnet.parse("172.18.4.0/24").orElseThrow();
    Subnet beside = Subnet.parse("172.19.0.0/16").orElseThrow();
    assertThat(wide.overlaps(inside)).isTrue();
    assertThat(inside.overlaps(wide)).isTrue();
    assertThat(wide.overlaps(beside)).isFalse();
    assertThat(wide.contains(inside)).isTrue();
    assertThat(inside.contains(wide)).isFalse();
  }
}
