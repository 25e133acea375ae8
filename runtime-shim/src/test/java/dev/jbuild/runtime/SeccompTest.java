package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.carried.CarriedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The filter as the kernel applies it. Numbers are those of x86_64 and i386. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SeccompTest {

  private Box box;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        CarriedFiles.architecture().equals("x86_64"), "the probes are numbers of x86_64");
    box = Box.open(folder);
    box.addProbe();
  }

  @AfterAll
  void close() {
    if (box != null) {
      box.close();
    }
  }

  /** Lines of a call, the errno of its result, and what it is. */
  private void verdicts(Isolation isolation, String lines) throws Exception {
    List<String> argv = new ArrayList<>(List.of("probe"));
    StringBuilder expected = new StringBuilder();
    for (String line : lines.lines().toList()) {
      String[] words = line.split(" ", -1);
      argv.add(words[0]);
      expected.append(words[0]).append(' ').append(words[1]).append('\n');
    }
    Box.Result result = box.run(isolation, List.of(), argv.toArray(String[]::new));
    assertThat(result.out()).isEqualTo(expected.toString());
  }

  @Test
  void sixtyFourBits() throws Exception {
    verdicts(
        Isolation.docker(),
        """
        64:39 0 getpid
        64:3:-1 9 close
        64:165 1 mount
        64:166 1 umount2
        64:272:0 1 unshare
        64:308 1 setns
        64:435 38 clone3
        64:56:0x10000000 1 clone with CLONE_NEWUSER
        64:56:0x00020000 1 clone with CLONE_NEWNS
        64:248 1 add_key
        64:250 1 keyctl
        64:321 1 bpf
        64:298 1 perf_event_open
        64:246 1 kexec_load
        64:175 1 init_module
        64:169 1 reboot
        64:304 1 open_by_handle_at
        64:323 1 userfaultfd
        64:425 1 io_uring_setup
        64:428 1 open_tree
        64:170 1 sethostname
        64:103 1 syslog
        64:41:38:5:0 1 socket of AF_ALG
        64:41:40:1:0 1 socket of AF_VSOCK
        64:41:0x100000028:1:0 1 the same with a bit that the kernel drops
        64:41:1:1:0 0 socket of AF_UNIX
        64:135:0xffffffff 0 personality, asked
        64:135:0x0040000 1 ADDR_NO_RANDOMIZE
        64:600 38
        64:9999 38
        """);
  }

  @Test
  void thirtyTwoBits() throws Exception {
    verdicts(
        Isolation.docker(),
        """
        32:20 0 getpid
        32:6:-1 9 close
        32:21 1 mount
        32:310:0 1 unshare
        32:435 38 clone3
        32:120:0x10000000 1 clone
        32:288 1 keyctl
        32:357 1 bpf
        32:359:38:5:0 1 socket of AF_ALG
        32:283 1 kexec_load
        32:9999 38
        """);
  }

  @Test
  void theX32Interface() throws Exception {
    verdicts(
        Isolation.docker(),
        """
        x32:165 1
        x32:272 1
        x32:9999 38
        """);
  }

  @Test
  void aCapabilityBringsItsCalls() throws Exception {
    Set<String> more =
        Capabilities.adjust(
            Isolation.docker().capabilities(), List.of("sys_admin", "SYSLOG"), List.of());
    Assumptions.assumeTrue(
        Capabilities.held(more).contains("CAP_SYS_ADMIN"), "we have no CAP_SYS_ADMIN to give");
    verdicts(
        Isolation.docker().withCapabilities(more),
        """
        64:272:0 0 unshare of nothing
        64:250:0:0:0 1 keyctl
        64:103:10:0:0 0 syslog: size of the buffer
        64:308:-1 9
        """);
  }

  @Test
  void withoutTheChrootCapabilityThereIsNone() throws Exception {
    Set<String> fewer =
        Capabilities.adjust(Isolation.docker().capabilities(), List.of(), List.of("SYS_CHROOT"));
    verdicts(
        Isolation.docker().withCapabilities(fewer),
        """
        64:161:0 1
        """);
    verdicts(
        Isolation.docker(),
        """
        64:161:0 14
        """);
  }

  @Test
  void unconfinedIsTheKernelsOwnAnswer() throws Exception {
    verdicts(
        Isolation.docker().withSeccomp(new Seccomp.Unconfined()),
        """
        64:272:0 0
        64:308:-1 9
        """);
  }

  @Test
  void theFilterHoldsForOrdinaryUsersToo() throws Exception {
    Command command =
        new Command(
            List.of("/bin/probe", "64:272:0", "64:39"), List.of(), "/", 1000, 1000, List.of());
    for (boolean noNewPrivileges : new boolean[] {false, true}) {
      Sandbox sandbox =
          new Sandbox(
              box.overlay(List.of(box.base)),
              List.of(),
              command,
              Isolation.docker().withNoNewPrivileges(noNewPrivileges));
      assertThat(box.run(sandbox).out()).isEqualTo("64:272:0 1\n64:39 0\n");
    }
  }
}
