package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupUseTest {
  private static final Processes.Use PROCESSES = new Processes.Use(1, 2, 3, 4, 5);

  @TempDir private Path folder;

  private void file(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  @Test
  void allControllers() throws IOException {
    file("cpu.stat", "usage_usec 1500000", "user_usec 1000000", "system_usec 500000");
    file("memory.current", "20971520");
    file("memory.stat", "anon 4096", "file 8192", "inactive_anon 1", "inactive_file 971520");
    file("pids.current", "7");
    file(
        "io.stat",
        "8:0 rbytes=4096 wbytes=100 rios=1 wios=1 dbytes=9999 dios=0",
        "253:1 rbytes=1000 wbytes=23");

    assertThat(CgroupUse.of(folder, PROCESSES))
        .isEqualTo(new Processes.Use(1_500_000_000L, 20_000_000, 7, 5096, 123));
  }

  /**
   * Beside version 1 the hierarchy of version 2 has no controllers, and counts time all the same.
   */
  @Test
  void whatIsNotCountedIsTheProcesses() throws IOException {
    file("cpu.stat", "usage_usec 8");
    assertThat(CgroupUse.of(folder, PROCESSES)).isEqualTo(new Processes.Use(8000, 2, 3, 4, 5));
    assertThat(CgroupUse.of(folder.resolve("gone"), PROCESSES)).isEqualTo(PROCESSES);
  }

  @Test
  void memoryIsNeverLessThanNothing() throws IOException {
    file("memory.current", "10");
    file("memory.stat", "inactive_file 20");
    assertThat(CgroupUse.of(folder, PROCESSES).memory()).isZero();
  }
}
