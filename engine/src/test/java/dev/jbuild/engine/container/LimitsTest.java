package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.engine.EngineException;
import dev.jbuild.oci.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LimitsTest {
  private static Json.Obj sysctl(String name) {
    return Json.obj().with("Sysctls", Json.textMap(Map.of(name, "1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vm.swappiness",
        "kernel.hostname",
        "kernel.panic",
        "fs.file-max",
        "net",
        "net/../vm/swappiness",
        "net...vm.swappiness"
      })
  void whatWouldChangeTheHostIsRefused(String name) {
    assertThatThrownBy(() -> Limits.check(sysctl(name)))
        .isInstanceOf(EngineException.class)
        .hasMessage("sysctl \"" + name + "\" is not in a separate kernel namespace");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"net.core.somaxconn", "net/ipv4/ip_forward", "kernel.shmmax", "fs.mqueue.msg_max"})
  void whatIsTheContainersOwnIsTaken(String name) {
    assertThatCode(() -> Limits.check(sysctl(name))).doesNotThrowAnyException();
  }

  @Test
  void inTheHostsNetworkTheHostsSettingsStay() {
    assertThatThrownBy(() -> Limits.check(sysctl("net.core.somaxconn").with("NetworkMode", "host")))
        .hasMessage("sysctl \"net.core.somaxconn\" not allowed in host network namespace");
  }

  @Test
  void sizesThatMakeNoSense() {
    assertThatThrownBy(() -> Limits.check(Json.obj().with("Memory", 1024L)))
        .hasMessage("Minimum memory limit allowed is 6MB");
    assertThatThrownBy(() -> Limits.check(Json.obj().with("MemorySwap", 1L << 30)))
        .hasMessageContaining("always set the Memory limit");
    assertThatThrownBy(
            () -> Limits.check(Json.obj().with("Memory", 1L << 30).with("MemorySwap", 1L << 20)))
        .hasMessageContaining("should be larger than memory limit");
    assertThatCode(() -> Limits.check(Json.obj().with("Memory", 1L << 30).with("MemorySwap", -1L)))
        .doesNotThrowAnyException();
  }

  @Test
  void processorsThatAreNotThere() {
    assertThatThrownBy(() -> Limits.check(Json.obj().with("NanoCpus", 100_000_000_000_000L)))
        .hasMessageContaining("range of CPUs is from 0.01 to");
    assertThatThrownBy(() -> Limits.check(Json.obj().with("CpusetCpus", "0,99999")))
        .hasMessageContaining("Requested CPUs are not available - requested 0,99999");
    assertThatThrownBy(() -> Limits.check(Json.obj().with("CpusetCpus", "first")))
        .hasMessageContaining("Invalid value first");
  }
}
