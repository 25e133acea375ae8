package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The walls, tried from inside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IsolationTest {
  private Box box;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException, InterruptedException {
    box = Box.open(folder);
    box.addProbe();
  }

  @AfterAll
  void close() {
    if (box != null) {
      box.close();
    }
  }

  @Test
  void rootHasDockersCapabilitiesAndNoneToInherit() throws Exception {
    String set =
        "%016x".formatted(Capabilities.mask(Capabilities.held(Isolation.docker().capabilities())));
    assertThat(box.sh("grep Cap /proc/self/status; grep NoNewPrivs /proc/self/status").out())
        .isEqualTo(
            "CapInh:\t0000000000000000\nCapPrm:\t"
                + set
                + "\nCapEff:\t"
                + set
                + "\nCapBnd:\t"
                + set
                + "\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\n");
  }

  @Test
  void capabilitiesCanBeTakenAway() throws Exception {
    Isolation none = Isolation.docker().withCapabilities(Set.of()).withNoNewPrivileges(true);
    assertThat(
            box.run(none, List.of(), "grep", "-E", "CapEff|CapBnd|NoNew", "/proc/self/status")
                .out())
        .isEqualTo("CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n");
  }

  @Test
  void onlyStandardFilesAreOpen() throws Exception {
    assertThat(box.run("probe", "fds").out()).isEqualTo("0 1 2 \n");
    assertThat(box.run(Isolation.docker().withInit(true), List.of(), "probe", "fds").out())
        .isEqualTo("0 1 2 \n");
  }

  @Test
  void theShimCannotBeOverwritten() throws Exception {
    Path layer = box.layer("exe");
    Files.createSymbolicLink(layer.resolve("entry"), Path.of("/proc/self/exe"));
    // CVE-2019-5736: the program of the first process is the shim itself, in memory.
    Box.Result shim = box.run(List.of(layer), List.of(), "/entry", "nothing");
    assertThat(shim.code()).isEqualTo(125);
    assertThat(shim.err()).startsWith("jbuild-shim: usage: ");
    Box.Result init = box.run(Isolation.docker().withInit(true), List.of(), "probe", "exe");
    assertThat(init.out()).doesNotContain("OPENED");
  }

  @Test
  void aFolderOutsideTheRootIsRefused() throws Exception {
    for (int fd = 3; fd < 20; fd++) {
      Command command =
          new Command(List.of("pwd"), List.of("PATH=/bin"), "/proc/self/fd/" + fd, 0, 0, List.of());
      Sandbox sandbox =
          new Sandbox(box.overlay(List.of(box.base)), List.of(), command, Isolation.docker());
      Box.Result result = box.run(sandbox);
      // it is not there, or it leads outside
      assertThat(result.code()).as("descriptor " + fd).isIn(127, 125);
      assertThat(result.out()).isEmpty();
    }
  }

  @Test
  void maskedPathsShowNothingAndReadOnlyOnesStay() throws Exception {
    Box.Result result =
        box.sh(
            "cat /proc/keys /proc/timer_list /proc/interrupts; ls /sys/firmware /proc/acpi;"
                + " echo 1 > /proc/sys/kernel/panic;"
                + " umount /proc/keys; mount -o remount,rw /proc/sys; touch /sys/x");
    assertThat(result.out()).isIn("/sys/firmware:\n", "/proc/acpi:\n\n/sys/firmware:\n");
    assertThat(result.err())
        .contains("/proc/sys/kernel/panic: Read-only file system")
        .contains("Operation not permitted")
        .contains("/sys/x: Read-only file system");
  }

  @Test
  void ownProcessesOwnNameOwnKeys() throws Exception {
    Box.Result result =
        box.run(
            Isolation.docker().withHostname("walls"),
            List.of(),
            "sh",
            "-c",
            "echo $$; hostname; ls -d /proc/[0-9]* | wc -l; ls /proc/1/fd | wc -l");
    assertThat(result.out()).startsWith("1\nwalls\n").doesNotContain("\n10\n");
  }

  @Test
  void devicesAreDockersAndNoOthersWork() throws Exception {
    assertThat(box.sh("ls /dev").out().split("\n", -1))
        .contains(
            "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr",
            "stdin", "stdout", "tty", "urandom", "zero", "")
        .hasSize(16);
    Box.Result result =
        box.sh(
            "mknod /zero c 1 5 && head -c 1 /zero; mknod /dev/zero2 c 1 5; head -c 1 /dev/zero2");
    assertThat(result.err())
        .contains("/zero: Permission denied")
        .contains("/dev/zero2: Permission");
    assertThat(box.sh("head -c 4 /dev/zero | wc -c; stat -fc %T /dev/shm").out())
        .isEqualTo("4\ntmpfs\n");
  }

  @Test
  void noNetworkIsALoopbackAlone() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "%04X".formatted(server.getLocalPort());
      String find =
          "cat /proc/net/dev | grep -c :; grep -c :" + port + " /proc/net/tcp6 /proc/net/tcp";
      Isolation alone = Isolation.docker().withNetwork(new Network.None());
      Box.Result result =
          box.run(
              alone,
              List.of(),
              "sh",
              "-c",
              find
                  + "; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; busybox ip addr show lo");
      assertThat(result.out()).startsWith("1\n").contains(":0\n0\n").contains("LOOPBACK,UP");
    }
  }

  @Test
  void aNamedNetworkNamespaceIsJoined() throws Exception {
    Isolation joined =
        Isolation.docker().withNetwork(new Network.Namespace(Path.of("/proc/self/ns/net")));
    assertThat(box.run(joined, List.of(), "readlink", "/proc/self/ns/net").out().strip())
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    Isolation lost = joined.withNetwork(new Network.Namespace(Path.of("/run/no-such-netns")));
    assertThat(box.run(lost, List.of(), "true").status())
        .isEqualTo(
            new ExitStatus.Failed("network", "/run/no-such-netns: No such file or directory", 125));
  }

  @Test
  void limitsAreSetAndCutToTheMachines() throws Exception {
    Isolation limited =
        Isolation.docker()
            .withRlimits(List.of(new Rlimit("nofile", 100, 200), new Rlimit("memlock", -1, -1)));
    assertThat(box.run(limited, List.of(), "sh", "-c", "ulimit -Sn; ulimit -Hn").out())
        .isEqualTo("100\n200\n");
  }

  @Test
  void aReadOnlyRootStillHasItsMounts() throws Exception {
    Isolation readOnly = Isolation.docker().withReadOnlyRoot(true);
    Box.Result result =
        box.run(
            readOnly,
            List.of(new SandboxMount.Tmpfs("/tmp", 0, 01777)),
            "sh",
            "-c",
            "echo x > /tmp/x && cat /tmp/x; echo y > /y");
    assertThat(result.out()).isEqualTo("x\n");
    assertThat(result.err()).contains("/y: Read-only file system");
  }

  @Test
  void privilegedHasDevicesAndMountsAndNoMasks() throws Exception {
    Box.Result result =
        box.run(
            Isolation.docker().withPrivileged(true),
            List.of(),
            "sh",
            "-c",
            "mknod /zero c 1 5 && head -c 1 /zero | wc -c; mkdir /m && mount -t tmpfs none /m"
                + " && echo mounted; grep Seccomp: /proc/self/status; ls /dev | grep -c kmsg");
    assertThat(result.out()).isEqualTo("1\nmounted\nSeccomp:\t0\n1\n");
  }

  @Test
  void aTmpfsMayForbidPrograms() throws Exception {
    Box.Result result =
        box.run(
            Isolation.docker(),
            List.of(new SandboxMount.Tmpfs("/t", "mode=700", java.util.Set.of("noexec"))),
            "sh",
            "-c",
            "busybox cp /bin/busybox /t/true; /t/true; stat -c %a /t");
    assertThat(result.out()).isEqualTo("700\n");
    assertThat(result.err()).contains("Permission denied");
  }
}
