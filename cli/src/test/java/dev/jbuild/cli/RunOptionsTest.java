package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RunOptionsTest {
  @TempDir private Path folder;

  private static RunOptions read(String... arguments) throws IOException {
    return RunOptions.read(
        RunSyntax.run().parse(List.of(arguments)), Map.of("HERE", "yes", "SECRET", "no"));
  }

  private static Json.Obj config(String... arguments) throws IOException {
    return read(arguments).spec().config();
  }

  private static Json.Obj host(String... arguments) throws IOException {
    return read(arguments).spec().hostConfig();
  }

  @Test
  void theCommandIsWhatFollowsTheImage() throws IOException {
    RunOptions options = read("-it", "--rm", "-w", "/x", "busybox:1", "sh", "-c", "echo -e --rm");
    assertThat(options.image()).isEqualTo("busybox:1");
    assertThat(options.spec().config().texts("Cmd")).containsExactly("sh", "-c", "echo -e --rm");
    assertThat(options.place().tty()).isTrue();
    assertThat(options.place().interactive()).isTrue();
    assertThat(options.place().remove()).isTrue();
    assertThat(options.place().output()).isTrue();
    assertThat(options.spec().config().text("WorkingDir")).contains("/x");
  }

  @Test
  void shortFlagsCombine() throws IOException {
    RunOptions options = read("-dp", "3000:3000", "-ti", "app");
    assertThat(options.place().detach()).isTrue();
    assertThat(options.place().output()).isFalse();
    assertThat(options.spec().config().flag("Tty")).isTrue();
    assertThat(options.spec().config().flag("StdinOnce")).isFalse();
    assertThat(options.spec().hostConfig().object("PortBindings").compact())
        .isEqualTo("{\"3000/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"3000\"}]}");
  }

  @Test
  void laterVariablesReplaceEarlierOnes() throws IOException {
    Path file = Files.writeString(folder.resolve("env"), "# comment\nA=file\nB=b c\n\nHERE\n");
    assertThat(
            config("--env-file", file.toString(), "-e", "A=flag", "-e", "GONE", "-eC=", "image")
                .texts("Env"))
        .containsExactly("A=flag", "B=b c", "HERE=yes", "C=");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "80 | {\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}",
        "53:53/udp | {\"53/udp\":[{\"HostIp\":\"\",\"HostPort\":\"53\"}]}",
        "127.0.0.1:8080:80 | {\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8080\"}]}",
        "127.0.0.1::80 | {\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}]}",
        "[::1]:8080:80 | {\"80/tcp\":[{\"HostIp\":\"::1\",\"HostPort\":\"8080\"}]}",
        "8000-8001:80-81 | {\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8000\"}],"
            + "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8001\"}]}",
        "8000-8009:80 | {\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8000-8009\"}]}",
      })
  void ports(String text, String bindings) throws IOException {
    assertThat(host("-p", text, "image").object("PortBindings").compact()).isEqualTo(bindings);
    assertThat(config("-p", text, "image").object("ExposedPorts").members().keySet())
        .isEqualTo(host("-p", text, "image").object("PortBindings").members().keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "80:x", "70000:80", "0:80", "80:80/ip", "1-2:1-3", "9-8:80"})
  void badPorts(String text) {
    assertThatThrownBy(() -> read("-p", text, "image"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("-p, --publish");
  }

  @Test
  void volumesArePathsOrNames() throws IOException {
    Json.Obj host =
        host(
            "-v",
            "./here:/data:ro",
            "-v",
            "todo-db:/etc/todos",
            "-v",
            "/anonymous",
            "--tmpfs",
            "/run:size=1m,mode=755",
            "--mount",
            "type=bind,src=" + folder + ",dst=/src,readonly",
            "image");
    assertThat(host.texts("Binds"))
        .containsExactly(Path.of("here").toAbsolutePath() + ":/data:ro", "todo-db:/etc/todos");
    assertThat(host.textMap("Tmpfs")).containsEntry("/run", "size=1m,mode=755");
    assertThat(host.objects("Mounts").getFirst().flag("ReadOnly")).isTrue();
    assertThat(config("-v", "/anonymous", "image").object("Volumes").members())
        .containsOnlyKeys("/anonymous");
    assertThatThrownBy(() -> read("-v", "/a:/b:odd", "image")).hasMessageContaining("invalid mode");
    assertThatThrownBy(() -> read("-v", "a:b", "image")).hasMessageContaining("invalid volume");
    assertThatThrownBy(() -> read("--mount", "type=x,dst=/x", "image"))
        .hasMessageContaining("bind, volume or tmpfs");
  }

  @Test
  void wallsAndLimits() throws IOException {
    Json.Obj host =
        host(
            "--cap-drop=all",
            "--cap-add",
            "net_admin",
            "--security-opt",
            "no-new-privileges",
            "--ulimit",
            "nofile=1024:4096",
            "--shm-size",
            "1g",
            "-m",
            "512m",
            "--memory-swap",
            "-1",
            "--cpus",
            "1.5",
            "--restart",
            "on-failure:3",
            "image");
    assertThat(host.texts("CapDrop")).containsExactly("all");
    assertThat(host.number("ShmSize")).contains(1L << 30);
    assertThat(host.number("Memory")).contains(512L << 20);
    assertThat(host.number("MemorySwap")).contains(-1L);
    assertThat(host.number("NanoCpus")).contains(1_500_000_000L);
    assertThat(host.object("RestartPolicy").compact())
        .isEqualTo("{\"Name\":\"on-failure\",\"MaximumRetryCount\":3}");
    assertThat(host.objects("Ulimits").getFirst().compact())
        .isEqualTo("{\"Name\":\"nofile\",\"Hard\":4096,\"Soft\":1024}");
  }

  @Test
  void networksWithWhatBelongsToThem() throws IOException {
    RunOptions options =
        read(
            "--network",
            "todo-app",
            "--network-alias",
            "mysql",
            "--network",
            "name=two,alias=db,ip=10.0.0.9",
            "image");
    assertThat(options.spec().hostConfig().text("NetworkMode")).contains("todo-app");
    assertThat(options.spec().endpoints().compact())
        .isEqualTo(
            "{\"todo-app\":{\"Aliases\":[\"mysql\"]},"
                + "\"two\":{\"Aliases\":[\"db\"],\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.9\"}}}");
    assertThat(host("image").text("NetworkMode")).contains("default");
    assertThatThrownBy(() -> read("--network=host", "--network=web", "image"))
        .hasMessageContaining("conflicting");
  }

  @Test
  void healthChecks() throws IOException {
    assertThat(
            config("--health-cmd", "curl x", "--health-interval", "1m30s", "image")
                .object("Healthcheck")
                .compact())
        .isEqualTo("{\"Test\":[\"CMD-SHELL\",\"curl x\"],\"Interval\":90000000000}");
    assertThat(config("--no-healthcheck", "image").object("Healthcheck").texts("Test"))
        .containsExactly("NONE");
    assertThatThrownBy(() -> read("--health-interval", "soon", "image"))
        .hasMessageContaining("invalid duration");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> read("--rm", "--restart", "always", "image"))
        .hasMessageContaining("cannot specify both --restart and --rm");
    assertThatThrownBy(() -> read("--restart", "sometimes", "image"))
        .hasMessageContaining("on-unhealthy");
    assertThatThrownBy(() -> read("--restart", "always:3", "image"))
        .hasMessageContaining("maximum retry count");
    assertThatThrownBy(() -> read("-d", "-a", "stdout", "image"))
        .hasMessageContaining("cannot specify both --attach and --detach");
    assertThatThrownBy(() -> read("--cap-add", "FLY", "image")).hasMessageContaining("FLY");
    assertThatThrownBy(() -> read("--ulimit", "x", "image")).hasMessageContaining("nofile=");
    assertThatThrownBy(() -> read("--pull", "x", "image")).hasMessageContaining("always");
    assertThatThrownBy(() -> read("--cpus", "many", "image")).hasMessageContaining("1.5");
    assertThatThrownBy(() -> read("--log-driver", "syslog", "image"))
        .hasMessageContaining("json-file");
    assertThatThrownBy(() -> read("--stop-signal", "NOPE", "image")).hasMessageContaining("NOPE");
  }
}
