package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves behind is exactly what its command did. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpperTest {
  private Box box;
  private List<SandboxMount> etc;
  private Path secret;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    box = Box.open(folder);
    etc =
        EtcFiles.write(folder.resolve("etc"), new Network.Host(), "box", List.of("db:10.0.0.2"))
            .mounts(false);
    secret = Files.writeString(folder.resolve("secret"), "hush");
  }

  @AfterAll
  void close() {
    if (box != null) {
      box.close();
    }
  }

  private List<SandboxMount> mounts() {
    List<SandboxMount> mounts = new ArrayList<>(etc);
    mounts.add(new SandboxMount.Bind(secret, "/run/secrets/token", true));
    mounts.add(new SandboxMount.Tmpfs("/var/cache/things", 1 << 20, 01777));
    return mounts;
  }

  @Test
  void nothingDoneIsNothingLeft() throws Exception {
    Box.Result result = box.run(Isolation.docker(), mounts(), "true");
    assertThat(result.status()).isEqualTo(new ExitStatus.Exited(0));
    assertThat(result.changes()).isEmpty();
  }

  @Test
  void keptMountPointsAreSeenByTheirOwnKindOnly(@TempDir Path folder) throws Exception {
    List<SandboxMount> more = new ArrayList<>(mounts());
    more.add(new SandboxMount.Tmpfs("/only/here", 1 << 20, 01777));

    for (List<SandboxMount> mounts : List.of(more, mounts(), more)) {
      RootFs.Overlay plain = box.overlay(List.of(box.base));
      RootFs.Overlay root =
          new RootFs.Overlay(
              plain.lowers(), plain.upper(), plain.work(), true, Optional.of(folder));
      Box.Result result =
          box.run(new Sandbox(root, mounts, Box.command("ls", "/"), Isolation.docker()));

      assertThat(result.out().lines().filter("only"::equals))
          .hasSize(mounts.contains(more.getLast()) ? 1 : 0);
      assertThat(result.changes()).isEmpty();
    }
    try (Stream<Path> kept = Files.list(folder)) {
      assertThat(kept).hasSize(2);
    }
  }

  @Test
  void aLayerThatOccursTwiceCountsWhereItIsHigher(@TempDir Path folder) throws Exception {
    Path twice = Files.createDirectories(folder.resolve("twice"));
    Path between = Files.createDirectories(folder.resolve("between"));
    Files.writeString(twice.resolve("a"), "twice\n");
    Files.writeString(between.resolve("a"), "between\n");
    Files.writeString(between.resolve("b"), "between\n");
    RootFs.Overlay root = box.overlay(List.of(box.base, twice, between, twice));
    List<SandboxMount> merged =
        List.of(new SandboxMount.Merged(List.of(twice, between, twice), Optional.empty(), "/ro"));
    Box.Result result =
        box.run(
            new Sandbox(
                root,
                merged,
                Box.command("cat", "/a", "/b", "/ro/a", "/ro/b"),
                Isolation.docker()));

    assertThat(result.out()).isEqualTo("twice\nbetween\ntwice\nbetween\n");
  }

  @Test
  void mergedFoldersShowTheTopmostFileAndKeepWritesToThemselves(@TempDir Path folder)
      throws Exception {
    Path low = Files.createDirectories(folder.resolve("low"));
    Path high = Files.createDirectories(folder.resolve("high"));
    Files.writeString(low.resolve("a"), "low a\n");
    Files.writeString(low.resolve("b"), "low b\n");
    Files.writeString(high.resolve("b"), "high b\n");
    Path upper = Files.createDirectories(folder.resolve("upper"));
    SandboxMount.Scratch scratch =
        new SandboxMount.Scratch(upper, Files.createDirectories(folder.resolve("work")));
    List<Path> lowers = List.of(low, high);
    Box.Result result =
        box.run(
            Isolation.docker(),
            List.of(
                new SandboxMount.Merged(lowers, Optional.empty(), "/ro"),
                new SandboxMount.Merged(lowers, Optional.of(scratch), "/rw/deep")),
            "sh",
            "-c",
            "cat /ro/a /ro/b; touch /ro/c && echo written; rm /rw/deep/a; echo x > /rw/deep/c");
    assertThat(result.out()).isEqualTo("low a\nhigh b\n");
    assertThat(result.code()).isZero();
    assertThat(result.changes()).isEmpty();
    assertThat(low.resolve("a")).hasContent("low a\n");
    assertThat(upper.resolve("c")).hasContent("x\n");
  }

  @Test
  void contentIsThereWithOwnerAndModeAndNobodyCanChangeIt() throws Exception {
    Box.Result result =
        box.run(
            Isolation.docker(),
            List.of(
                new SandboxMount.Content(
                    "to\0ken\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    7,
                    8,
                    0440,
                    "/run/secrets/t"),
                new SandboxMount.Content(new byte[0], 0, 0, 0400, "/run/secrets/empty")),
            "sh",
            "-c",
            "stat -c '%u %g %a %s' /run/secrets/*; echo no > /run/secrets/t");
    assertThat(result.out()).isEqualTo("0 0 400 0\n7 8 440 7\n");
    assertThat(result.code()).isNotZero();
    assertThat(result.changes()).isEmpty();
  }

  @Test
  void partOfFolderStaysInsideIt(@TempDir Path folder) throws Exception {
    Files.createDirectories(folder.resolve("in/deep"));
    Files.writeString(folder.resolve("in/deep/file"), "inside\n");
    Files.createDirectories(folder.resolve("etc"));
    Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc"));
    Files.createSymbolicLink(folder.resolve("link"), Path.of("/in"));
    Box.Result result =
        box.run(
            Isolation.docker(),
            List.of(
                new SandboxMount.Bind(folder, "link/deep", "/a", true),
                new SandboxMount.Bind(folder, "out", "/b", true)),
            "sh",
            "-c",
            "cat /a/file; ls /b");
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isEqualTo(new ExitStatus.Exited(0));
    assertThat(result.out()).isEqualTo("inside\n");
  }

  @Test
  void mountPointsAreThereAndLeaveNoTrace() throws Exception {
    Box.Result result =
        box.run(
            Isolation.docker(),
            mounts(),
            "sh",
            "-c",
            "cat /run/secrets/token; grep -c 10.0.0.2 /etc/hosts; cat /etc/hostname;"
                + " echo x > /var/cache/things/x && touch /made");
    assertThat(result.out()).isEqualTo("hush1\nbox\n");
    assertThat(result.changes()).containsExactly("made");
  }

  @Test
  void aReadOnlyBindCannotBeWritten() throws Exception {
    Box.Result result =
        box.run(Isolation.docker(), mounts(), "sh", "-c", "echo x > /run/secrets/token");
    assertThat(result.err()).contains("Read-only file system");
    assertThat(Files.readString(secret)).isEqualTo("hush");
  }

  @Test
  void removalsAreWhiteouts() throws Exception {
    Path layer = box.layer("data");
    Files.createDirectories(layer.resolve("d/e"));
    Files.writeString(layer.resolve("d/f"), "f");
    Box.Result result =
        box.run(List.of(layer), List.of(), "sh", "-c", "rm /d/f && rm -r /d/e && mkdir /d/e");
    assertThat(result.changes()).containsExactly("d", "d/e", "d/f");
    assertThat(Files.readAttributes(result.upper().resolve("d/f"), "unix:rdev"))
        .containsEntry("rdev", 0L);
    Box.Result next = box.run(List.of(layer, result.upper()), List.of(), "sh", "-c", "ls /d");
    assertThat(next.out()).isEqualTo("e\n");
  }

  @Test
  void anOpaqueFolderThatHidesTheMountPoints() throws Exception {
    Path data = box.layer("etc-data");
    Files.createDirectories(data.resolve("etc"));
    Files.writeString(data.resolve("etc/old"), "");
    Box.Result opaque =
        box.run(
            List.of(data), List.of(), "sh", "-c", "rm -r /etc; mkdir -m 751 /etc; touch /etc/new");
    Files.setLastModifiedTime(
        opaque.upper().resolve("etc"), FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
    Box.Result result =
        box.run(
            List.of(data, opaque.upper()),
            mounts(),
            "sh",
            "-c",
            "ls /etc; stat -c '%a %Y' /etc; grep -c 10.0.0.2 /etc/hosts");
    assertThat(result.out()).isEqualTo("hostname\nhosts\nnew\nresolv.conf\n751 1580608922\n1\n");
    assertThat(result.changes()).isEmpty();
  }

  @Test
  void aMountPointThatALayerRemoved() throws Exception {
    Path data = box.layer("secrets-data");
    Files.createDirectories(data.resolve("run/secrets"));
    Files.writeString(data.resolve("run/secrets/token"), "old");
    Box.Result removed = box.run(List.of(data), List.of(), "rm", "-r", "/run/secrets");
    Box.Result result =
        box.run(List.of(data, removed.upper()), mounts(), "cat", "/run/secrets/token");
    assertThat(result.out()).isEqualTo("hush");
    assertThat(result.changes()).isEmpty();
  }

  @Test
  void aSymbolicLinkOnTheWayToAMissingMountPoint() throws Exception {
    Path layer = box.layer("links");
    Files.createDirectories(layer.resolve("srv/data"));
    Files.createSymbolicLink(layer.resolve("var"), Path.of("srv"));
    Files.createDirectories(layer.resolve("etc"));
    Files.createSymbolicLink(
        layer.resolve("etc/resolv.conf"), Path.of("../run/systemd/resolve/stub-resolv.conf"));
    Box.Result result =
        box.run(
            List.of(layer),
            mounts(),
            "sh",
            "-c",
            "readlink /etc/resolv.conf; test -f /run/systemd/resolve/stub-resolv.conf && "
                + "test -s /etc/resolv.conf && echo there; ls /srv /srv/cache");
    assertThat(result.out())
        .isEqualTo(
            """
            ../run/systemd/resolve/stub-resolv.conf
            there
            /srv:
            cache
            data

            /srv/cache:
            things
            """);
    assertThat(result.changes()).isEmpty();
  }

  @Test
  void anImageWithoutAnyLayer() throws Exception {
    Sandbox sandbox =
        new Sandbox(
            box.overlay(List.of()),
            List.of(new SandboxMount.Bind(box.base.resolve("bin"), "/bin", true)),
            Box.command("sh", "-c", "echo x > /made"),
            Isolation.docker());
    Box.Result result = box.run(sandbox);
    assertThat(result.status()).isEqualTo(new ExitStatus.Exited(0));
    assertThat(result.changes()).containsExactly("made");
  }

  @Test
  void aRootThatNobodyWrites() throws Exception {
    for (List<Path> lowers : List.of(List.of(box.base), List.of(box.base, box.layer("empty")))) {
      Sandbox sandbox =
          new Sandbox(
              new RootFs.ReadOnly(lowers),
              mounts(),
              Box.command("sh", "-c", "cat /run/secrets/token; echo x > /made"),
              Isolation.docker());
      Box.Result result = box.run(sandbox);
      assertThat(result.out()).isEqualTo("hush");
      assertThat(result.err()).contains("Read-only file system");
    }
  }

  @Test
  void fourHundredLayers() throws Exception {
    List<Path> layers = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Path layer = box.layer("many/" + i);
      Files.writeString(layer.resolve("f" + i), "");
      layers.add(layer);
    }
    Box.Result result = box.run(layers, mounts(), "sh", "-c", "ls / | grep -c ^f");
    assertThat(result.out()).isEqualTo("400\n");
  }

  @Test
  void pathsLongerThanTheMountInterfaceTakes() throws Exception {
    Path deep = box.layer("long");
    for (int i = 0; i < 4; i++) {
      deep = deep.resolve("x".repeat(100));
    }
    Path layer = Files.createDirectories(deep.resolve("a:b,c\\d"));
    Files.writeString(layer.resolve("deep"), "");
    RootFs.Overlay root =
        new RootFs.Overlay(
            List.of(box.base, layer),
            Files.createDirectories(deep.resolve("upper")),
            Files.createDirectories(deep.resolve("work")),
            true);
    Sandbox sandbox = new Sandbox(root, List.of(), Box.command("rm", "/deep"), Isolation.docker());
    assertThat(box.run(sandbox).changes()).containsExactly("deep");
  }

  @Test
  void theOlderMountInterfaceDoesTheSame() throws Exception {
    Path layer = box.layer("old");
    Files.createDirectories(layer.resolve("etc"));
    Files.createSymbolicLink(layer.resolve("etc/resolv.conf"), Path.of("/run/r"));
    Sandbox sandbox =
        new Sandbox(
            box.overlay(List.of(box.base, layer)),
            mounts(),
            Box.command("sh", "-c", "cat /run/secrets/token; rm /bin/yes; touch /made"),
            Isolation.docker());
    Box.Result result = box.run(sandbox, Plan.of(sandbox, Plan.FLAG_OLD_OVERLAY));
    assertThat(result.status()).isEqualTo(new ExitStatus.Exited(0));
    assertThat(result.out()).isEqualTo("hush");
    assertThat(result.changes()).containsExactly("bin", "bin/yes", "made");
  }

  @Test
  void nothingStaysMountedOnTheHost() throws Exception {
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(box.folder.toString());
    assertThat(Files.exists(box.base.resolve("proc"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
