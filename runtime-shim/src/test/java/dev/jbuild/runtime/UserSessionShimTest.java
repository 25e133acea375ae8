package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shim's role {@code userns}, as a user whom the machine does not know. */
class UserSessionShimTest {
  private static final int UID = 471_123;

  private Path folder;
  private Path runtime;
  private Path shim;

  private record Result(int code, String out) {}

  @BeforeEach
  void makeFolders() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "becoming somebody else needs root");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv of util-linux is not there");
    // Not a @TempDir: those are closed to others.
    folder = Files.createTempDirectory("jbuild-session-test");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    shim = Files.copy(ShimBinary.locate(), folder.resolve("shim"));
    Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
    runtime = Files.createDirectory(folder.resolve("run"));
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(runtime, "unix:uid", UID);
    Files.setAttribute(runtime, "unix:gid", UID);
  }

  @AfterEach
  void endSession() throws IOException, InterruptedException {
    if (folder == null) {
      return;
    }
    userns("--end");
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(one);
      }
    }
  }

  private Result run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
    builder.environment().put("USER", "somebody");
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out.strip());
  }

  private Result userns(String... words) throws IOException, InterruptedException {
    return usernsAs(UID, List.of("--clear-groups"), words);
  }

  private Result usernsAs(int group, List<String> groups, String... words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--reuid", "" + UID, "--regid", "" + group));
    command.addAll(groups);
    command.addAll(List.of(shim.toString(), "userns"));
    command.addAll(List.of(words));
    return run(command);
  }

  private Path sessionFile() throws IOException {
    return runtime.resolve("jbuild/session-%s-%s".formatted(namespace("pid"), namespace("user")));
  }

  private static Object namespace(String kind) throws IOException {
    return Files.getAttribute(Path.of("/proc/self/ns", kind), "unix:ino");
  }

  private void assumeNamespaces() throws IOException, InterruptedException {
    Result result = userns("--check");
    assumeTrue(result.code() == 0, result.out());
  }

  @Test
  void aUserIsRootInside() throws Exception {
    assumeNamespaces();

    assertThat(userns("sh", "-c", "id -u; id -g; echo $JBUILD_USERNS"))
        .isEqualTo(new Result(0, "0\n0\n" + UID + ":1:ranges"));
  }

  @Test
  void everyCallIsInTheSameNamespace() throws Exception {
    assumeNamespaces();
    String first = userns("readlink", "/proc/self/ns/user").out();

    assertThat(userns("readlink", "/proc/self/ns/user").out())
        .isEqualTo(first)
        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/user")).toString());
  }

  @Test
  void insideASessionThereIsNoOther() throws Exception {
    assumeNamespaces();

    assertThat(userns(shim.toString(), "userns", "sh", "-c", "echo $JBUILD_USERNS").out())
        .isEqualTo(UID + ":1:ranges");
  }

  @Test
  void theCodeIsTheCommands() throws Exception {
    assumeNamespaces();

    assertThat(userns("sh", "-c", "exit 37").code()).isEqualTo(37);
  }

  @Test
  void aHolderThatWasKilledIsReplaced() throws Exception {
    assumeNamespaces();
    String pid = Files.readString(sessionFile()).split(" ", 2)[0];
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    while (!hasEnded(pid)) {
      Thread.onSpinWait();
    }

    assertThat(userns("id", "-u")).isEqualTo(new Result(0, "0"));
    assertThat(Files.readString(sessionFile())).doesNotStartWith(pid + " ");
  }

  @Test
  void aFileThatNamesSomebodyElseIsNotBelieved() throws Exception {
    assumeNamespaces();
    userns("--end");
    Files.writeString(
        sessionFile(),
        "%d 65537 %s %d\n".formatted(ProcessHandle.current().pid(), namespace("user"), UID));

    assertThat(userns("sh", "-c", "echo $JBUILD_USERNS").out()).isEqualTo(UID + ":1:ranges");
  }

  /** As where a number was read that means another process of the user's here. */
  @Test
  void aHolderIsKnownByItsNamespace() throws Exception {
    assumeNamespaces();
    String[] parts = Files.readString(sessionFile()).strip().split(" ");
    long holder = Long.parseLong(parts[0]);
    Process other =
        new ProcessBuilder("setpriv", "--reuid", "" + UID, "unshare", "-r", "sleep", "60").start();
    try {
      parts[0] = "" + other.pid();
      Files.writeString(sessionFile(), String.join(" ", parts) + "\n");

      assertThat(userns("sh", "-c", "echo $JBUILD_HOLDER").out())
          .matches("\\d+")
          .isNotEqualTo(parts[0]);
    } finally {
      other.destroyForcibly().waitFor();
      ProcessHandle.of(holder).orElseThrow().destroyForcibly();
    }
  }

  @Test
  void twoContainersWithOneFolderHaveASessionEach() throws Exception {
    assumeNamespaces();
    String here = userns("readlink", "/proc/self/ns/user").out();
    String there =
        run(List.of(
                "unshare",
                "-pf",
                "--mount-proc",
                "setpriv",
                "--reuid",
                "" + UID,
                "--regid",
                "" + UID,
                "--clear-groups",
                shim.toString(),
                "userns",
                "readlink",
                "/proc/self/ns/user"))
            .out();

    assertThat(there).startsWith("user:").isNotEqualTo(here);
    assertThat(userns("readlink", "/proc/self/ns/user").out()).isEqualTo(here);
  }

  @Test
  void aGroupOfTheSessionIsLentToNobodyElse() throws Exception {
    assumeNamespaces();
    String own = userns("readlink", "/proc/self/ns/user").out();

    assertThat(
            usernsAs(UID + 1, List.of("--groups", "" + UID), "readlink", "/proc/self/ns/user")
                .out())
        .as("after newgrp")
        .isEqualTo(own);
    try {
      assertThat(
              usernsAs(UID + 1, List.of("--clear-groups"), "readlink", "/proc/self/ns/user").out())
          .startsWith("user:")
          .isNotEqualTo(own);
    } finally {
      usernsAs(UID + 1, List.of("--clear-groups"), "--end");
    }
  }

  /** Runs a command as a user that the machine knows, with ids, and a newuidmap of ours. */
  private Result withRanges(String newuidmap, String command)
      throws IOException, InterruptedException {
    Path user =
        Files.writeString(folder.resolve("passwd"), "some:x:%1$d:%1$d::/:\n".formatted(UID));
    Path ids = Files.writeString(folder.resolve("ids"), UID + ":471200000:65536\n");
    Path program = Files.writeString(folder.resolve("newuidmap"), "#!/bin/sh\n" + newuidmap);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return run(
        List.of(
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            "mount --bind $1 /etc/passwd && mount --bind $2 /etc/subuid && mount --bind $2 /etc/subgid"
                + " && mount --bind $3 /usr/bin/newuidmap && exec setpriv --reuid %1$d --regid %1$d"
                    .formatted(UID)
                + " --clear-groups $4 userns sh -c \"$5\"",
            "sh",
            user.toString(),
            ids.toString(),
            program.toString(),
            shim.toString(),
            command));
  }

  @Test
  void aNewuidmapThatFailsLeavesTheSessionThatThereIs() throws Exception {
    assumeNamespaces();
    assumeTrue(Files.exists(Path.of("/usr/bin/newuidmap")), "newuidmap is not installed");
    String own = userns("readlink", "/proc/self/ns/user").out();

    assertThat(withRanges("exit 1\n", "readlink /proc/self/ns/user; echo $JBUILD_USERNS").out())
        .isEqualTo(own + "\n" + UID + ":1:helper");
    userns("--end");
    assertThat(withRanges("exit 1\n", "true").out()).contains("newuidmap failed");
  }

  @Test
  void theFolderIsClosedToOthers() throws Exception {
    assumeNamespaces();

    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(runtime.resolve("jbuild"))))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sessionFile())))
        .isEqualTo("rw-------");
  }

  @Test
  void aFolderOfSomebodyElseIsRefused() throws Exception {
    Path others = Files.createDirectory(runtime.resolve("jbuild"));
    Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(userns("true").code()).isEqualTo(125);
    assertThat(userns("true").out()).contains("belongs to somebody else", "XDG_RUNTIME_DIR");
  }

  @Test
  void aFolderThatIsOpenToOthersIsRefused() throws Exception {
    Path open = Files.createDirectory(runtime.resolve("jbuild"));
    Files.setAttribute(open, "unix:uid", UID);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwx---"));

    assertThat(userns("true").out()).contains("open to others");
  }

  @Test
  void aLinkInPlaceOfTheFolderIsRefused() throws Exception {
    Path elsewhere = Files.createDirectory(runtime.resolve("elsewhere"));
    Files.setAttribute(elsewhere, "unix:uid", UID);
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(runtime.resolve("jbuild"), elsewhere);

    assertThat(userns("true").out()).contains("is a link");
  }

  @Test
  void aFolderInTmpThatSomebodyElseMadeIsPassedOver() throws Exception {
    assumeNamespaces();
    assumeTrue(Files.notExists(Path.of("/run/user/" + UID)), "the user is logged in");
    Path squatted = Files.createDirectory(Path.of("/tmp/jbuild-" + UID));
    Path home = Files.createDirectory(runtime.resolve("home"));
    Files.setAttribute(home, "unix:uid", UID);
    List<String> command =
        List.of("setpriv", "--reuid", "" + UID, "--clear-groups", "env", "-u", "XDG_RUNTIME_DIR");
    try {
      List<String> homeless = new ArrayList<>(command);
      homeless.addAll(List.of("HOME=/root", shim.toString(), "userns", "true"));
      assertThat(run(homeless)).extracting(Result::code).isEqualTo(125);
      assertThat(run(homeless).out()).contains(squatted.toString(), "have root remove it");

      for (String last : List.of("--check", "--end")) {
        List<String> housed = new ArrayList<>(command);
        housed.addAll(List.of("HOME=" + home, shim.toString(), "userns", last));
        assertThat(run(housed)).isEqualTo(new Result(0, ""));
      }
      assertThat(home.resolve(".jbuild-session")).isDirectory();
      assertThat(squatted).isEmptyDirectory();
    } finally {
      Files.delete(squatted);
    }
  }

  @Test
  void theEndTakesTheHolderAlong() throws Exception {
    assumeNamespaces();
    String pid = Files.readString(sessionFile()).split(" ", 2)[0];
    userns("--end");

    assertThat(sessionFile()).doesNotExist();
    assertThat(hasEnded(pid)).isTrue();
  }

  /** Until somebody reaps it a dead process keeps its number. */
  private static boolean hasEnded(String pid) throws IOException {
    try {
      return Files.readString(Path.of("/proc", pid, "status")).contains("State:\tZ");
    } catch (NoSuchFileException _) {
      return true;
    }
  }

  @Test
  void rootStaysWhatItIs() throws Exception {
    assertThat(
            run(List.of(shim.toString(), "userns", "sh", "-c", "echo ${JBUILD_USERNS-none}")).out())
        .isEqualTo("none");
    assertThat(runtime.resolve("jbuild")).doesNotExist();
  }
}
