package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter as a program, run here: other architectures' tables and every number's verdict. */
final class SeccompFilterTest {
  private static final int X86_64 = 0xc000003e;
  private static final int I386 = 0x40000003;
  private static final int AARCH64 = 0xc00000b7;
  private static final int ALLOW = 0x7fff0000;
  private static final int KILL = 0x80000000;

  /** A classic BPF machine, as far as the filter needs one. */
  private static int verdict(byte[] filter, int arch, int number, long argument) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(number).putInt(arch).putLong(0).putLong(argument);
    ByteBuffer code = ByteBuffer.wrap(filter).order(ByteOrder.LITTLE_ENDIAN);
    int loaded = 0;
    for (int at = 0; ; at++) {
      int yes = code.get(8 * at + 2) & 0xff;
      int no = code.get(8 * at + 3) & 0xff;
      int value = code.getInt(8 * at + 4);
      switch (code.getShort(8 * at)) {
        case 0x20 -> loaded = data.getInt(value);
        case 0x54 -> loaded &= value;
        case 0x05 -> at += value;
        case 0x15 -> at += loaded == value ? yes : no;
        case 0x35 -> at += Integer.compareUnsigned(loaded, value) >= 0 ? yes : no;
        case 0x06 -> {
          return value;
        }
        default -> throw new AssertionError("instruction " + at);
      }
    }
  }

  private static byte[] docker(String machine) {
    return SeccompFilter.docker(machine, Isolation.docker().capabilities());
  }

  @Test
  void everyNumberHasTheVerdictOfTheProfile() {
    byte[] filter = docker("x86_64");
    SyscallTable table = new SyscallTable("x86_64");
    for (String call :
        new String[] {"read", "execve", "openat2", "uretprobe", "chroot", "ptrace"}) {
      assertThat(verdict(filter, X86_64, table.number(call), 0)).as(call).isEqualTo(ALLOW);
    }
    for (String call : new String[] {"mount", "keyctl", "add_key", "bpf", "acct", "swapon"}) {
      assertThat(verdict(filter, X86_64, table.number(call), 0)).as(call).isEqualTo(0x50001);
    }
    for (int number = table.newest + 1; number < 0x40000000; number = number * 2) {
      assertThat(verdict(filter, X86_64, number, 0)).isEqualTo(0x50026);
    }
  }

  @Test
  void anArgumentIsSixtyFourBits() {
    byte[] filter = docker("x86_64");
    int personality = new SyscallTable("x86_64").number("personality");
    assertThat(verdict(filter, X86_64, personality, 0x20008)).isEqualTo(ALLOW);
    assertThat(verdict(filter, X86_64, personality, 0xffffffffL)).isEqualTo(ALLOW);
    assertThat(verdict(filter, X86_64, personality, 0x100000008L)).isEqualTo(0x50001);
    assertThat(verdict(filter, X86_64, personality, -1L)).isEqualTo(0x50001);
  }

  @Test
  void anUnknownArchitectureEndsTheProcess() {
    assertThat(verdict(docker("x86_64"), AARCH64, 0, 0)).isEqualTo(KILL);
    assertThat(verdict(docker("aarch64"), X86_64, 0, 0)).isEqualTo(KILL);
    assertThat(verdict(docker("aarch64"), 0x12345, 0, 0)).isEqualTo(KILL);
  }

  @Test
  void eachInterfaceHasItsOwnNumbers() {
    byte[] filter = docker("x86_64");
    int mount386 = new SyscallTable("i386").number("mount");
    assertThat(mount386).isEqualTo(21);
    assertThat(verdict(filter, I386, mount386, 0)).isEqualTo(0x50001);
    assertThat(verdict(filter, X86_64, mount386, 0)).isEqualTo(ALLOW); // access
    assertThat(verdict(filter, X86_64, 0x40000000 | 520, 0)).isEqualTo(ALLOW); // execve of x32
    assertThat(verdict(filter, X86_64, 520, 0)).isEqualTo(0x50026);
  }

  @Test
  void armHasNoX86Calls() {
    byte[] filter = docker("aarch64");
    SyscallTable table = new SyscallTable("aarch64");
    assertThat(verdict(filter, AARCH64, table.number("execve"), 0)).isEqualTo(ALLOW);
    assertThat(table.number("arch_prctl")).isEqualTo(-1);
    assertThat(table.number("execve")).isEqualTo(221);
    assertThat(table.number("newfstatat")).isEqualTo(79);
    assertThat(verdict(filter, AARCH64, table.number("clone"), 0x10000000)).isEqualTo(0x50001);
    assertThat(verdict(filter, AARCH64, table.number("clone"), 17)).isEqualTo(ALLOW);
  }

  @Test
  void allCallsOfTheAdministratorNeedItsCapability() {
    byte[] filter = SeccompFilter.docker("x86_64", Set.of("CAP_SYS_ADMIN"));
    SyscallTable table = new SyscallTable("x86_64");
    for (String call : new String[] {"mount", "setns", "unshare", "clone3", "bpf", "fsopen"}) {
      assertThat(verdict(filter, X86_64, table.number(call), 0)).as(call).isEqualTo(ALLOW);
    }
    assertThat(verdict(filter, X86_64, table.number("clone"), 0x10000000)).isEqualTo(ALLOW);
    assertThat(verdict(filter, X86_64, table.number("chroot"), 0)).isEqualTo(0x50001);
  }

  /** {@code -Dgolden.update=true} writes the packed ones anew. */
  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void thePackedFilterIsWhatWouldBeCompiled(String machine) throws IOException {
    byte[] compiled = docker(machine);
    Path packed = Path.of("src/main/c/seccomp-default-" + machine + ".bpf");
    if (Boolean.getBoolean("golden.update")) {
      Files.write(packed, compiled);
    }
    assertThat(Files.readAllBytes(packed)).isEqualTo(compiled);
  }

  @Test
  void aMachineWithoutAProfileSaysSo() {
    assertThatThrownBy(() -> docker("vax")).hasMessageContaining("no seccomp profile for vax");
  }
}
