package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images whose names lead elsewhere. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileImageTest {
  private Box box;
  private Path host;
  private Path file;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    box = Box.open(folder);
    host = Files.createDirectories(folder.resolve("host"));
    Files.writeString(host.resolve("victim"), "untouched");
    file = Files.writeString(folder.resolve("file"), "ours");
  }

  @AfterAll
  void close() throws IOException {
    if (box == null) {
      return;
    }
    box.close();
    try (Stream<Path> left = Files.list(host)) {
      assertThat(left).containsExactly(host.resolve("victim"));
    }
    assertThat(Files.readString(host.resolve("victim"))).isEqualTo("untouched");
  }

  private Path linking(String name, String target) throws IOException {
    Path layer = box.layer("links/" + name.replace('/', '_') + target.hashCode());
    Path link = layer.resolve(name);
    Files.createDirectories(link.getParent() == null ? layer : link.getParent());
    Files.createSymbolicLink(link, Path.of(target));
    return layer;
  }

  @ParameterizedTest
  @ValueSource(strings = {"proc", "sys", "dev"})
  void aSystemFolderThatIsALink(String name) throws Exception {
    for (String target : List.of("/bin", host.toString(), "../../../../../..", "/nowhere")) {
      assertThat(box.run(List.of(linking(name, target)), List.of(), "true").status())
          .isEqualTo(
              new ExitStatus.Failed("mount", "/" + name + " is a symbolic link in the image", 125));
    }
  }

  @Test
  void aSystemFolderThatIsAFile() throws Exception {
    Path layer = box.layer("procfile");
    Files.writeString(layer.resolve("proc"), "");
    ExitStatus status = box.run(List.of(layer), List.of(), "true").status();
    assertThat(status.code()).isEqualTo(125);
    assertThat(((ExitStatus.Failed) status).message())
        .isEqualTo("/proc is not a folder in the image");
  }

  @ParameterizedTest
  @CsvSource({
    "etc/resolv.conf, HOST/victim",
    "etc/resolv.conf, HOST/new",
    "etc/resolv.conf, ../../../../../../../../../..HOST/victim",
    "etc/resolv.conf, /proc/1/root",
    "etc,             HOST",
    "etc,             /proc/self/root/HOST",
    "etc/resolv.conf, /dev/null",
    "etc/resolv.conf, resolv.conf",
    "etc/resolv.conf, /proc/sys/kernel/core_pattern",
    "etc/resolv.conf, /proc/self/attr/exec",
    "etc,             /bin",
  })
  void aMountTargetBehindALink(String name, String target) throws Exception {
    Path layer = linking(name, target.replace("HOST", host.toString()));
    SandboxMount mount = new SandboxMount.Bind(file, "/etc/resolv.conf", false);
    Box.Result result =
        box.run(List.of(layer), List.of(mount), "sh", "-c", "cat /etc/resolv.conf; ls " + host);
    if (result.code() == 125) {
      assertThat(((ExitStatus.Failed) result.status()).step()).isEqualTo("mount");
    } else {
      assertThat(result.out()).startsWith("ours").doesNotContain("untouched");
    }
    assertThat(result.changes()).isEmpty();
  }

  @Test
  void nothingIsMountedInsideProc() throws Exception {
    Path layer = linking("target", "/proc/sys/kernel/core_pattern");
    SandboxMount mount = new SandboxMount.Bind(file, "/target", false);
    assertThat(box.run(List.of(layer), List.of(mount), "true").status())
        .isEqualTo(new ExitStatus.Failed("mount", "/target is inside /proc", 125));
    SandboxMount cover = new SandboxMount.Bind(file, "/proc/meminfo", true);
    assertThat(box.run(Isolation.docker(), List.of(cover), "cat", "/proc/meminfo").out())
        .isEqualTo("ours");
  }

  @Test
  void aVolumeWhoseFoldersAreLinks() throws Exception {
    Path volume = Files.createDirectories(box.folder.resolve("volume"));
    Files.createSymbolicLink(volume.resolve("out"), host);
    List<SandboxMount> mounts =
        List.of(
            new SandboxMount.Bind(volume, "/volume", false),
            new SandboxMount.Bind(file, "/volume/out/new", false));
    assertThat(box.run(Isolation.docker(), mounts, "true").status())
        .isEqualTo(
            new ExitStatus.Failed(
                "mount",
                "/volume/out/new: symbolic links lead to " + host + "/new, which is not there",
                125));
  }

  @Test
  void aCommandThatIsAFifoOrADevice() throws Exception {
    Box.Result made = box.sh("busybox mkfifo /fifo; mknod /null c 1 3; chmod 755 /fifo /null");
    for (String name : List.of("/fifo", "/null")) {
      assertThat(box.run(List.of(made.upper()), List.of(), name).code()).isEqualTo(126);
    }
  }

  @Test
  void theRootItselfIsNoTarget() throws Exception {
    Path layer = linking("up", "..");
    SandboxMount mount = new SandboxMount.Bind(host, "/up", false);
    assertThat(box.run(List.of(layer), List.of(mount), "true").status())
        .isEqualTo(new ExitStatus.Failed("mount", "/up is the root folder", 125));
  }
}
