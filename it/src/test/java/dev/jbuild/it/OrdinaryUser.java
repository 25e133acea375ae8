package dev.jbuild.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Checkout;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.LocalRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Somebody whom this machine does not know, with ids of {@code /etc/subuid}: what such a user calls
 * sees files of that name which say so, in a mount namespace of its own.
 */
final class OrdinaryUser implements AutoCloseable {
  static final int UID = 471_124;
  private static final int FIRST_ID = 471_130_000;
  private static final String PROGRAM =
      """
      mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/subids" /etc/subuid &&
      mount --bind "$1/subids" /etc/subgid && shift && exec "$@"
      """;

  private static final String HIDE =
      """
      for each in $(sed -n 's/^[^ ]* \\([^ ]*\\) proc .*/\\1/p' /proc/mounts); do mount --bind /dev/null "$each/version"; done
      """;

  private final Path folder;
  private final Path registries;
  private final Path checkout;
  private boolean procIsHidden;

  OrdinaryUser(LocalRegistry registry) throws IOException {
    // Not a test's own folder: those are closed to others.
    folder = Files.createTempDirectory("jbuild-user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    registries = Files.copy(registry.mirrorsDockerHub(), folder.resolve("registries.json"));
    Files.setPosixFilePermissions(registries, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(
        folder.resolve("passwd"),
        Files.readString(Path.of("/etc/passwd"))
            + "jbuild-test:x:%d:%d::%s:/bin/sh\n".formatted(UID, UID, home()));
    // The same once more by number, as useradd and an administrator leave it.
    Files.writeString(
        folder.resolve("subids"),
        "jbuild-test:%1$d:65536\n%2$d:%1$d:65536\n".formatted(FIRST_ID, UID));
    for (Path own : List.of(home(), runtime(), work())) {
      Files.createDirectory(own);
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
      Files.setAttribute(own, "unix:uid", UID);
      Files.setAttribute(own, "unix:gid", UID);
    }
    checkout = isOpen(Checkout.root()) ? Checkout.root() : copyOfTheCheckout();
    Command.Outcome session = command(shim(), "userns", "--check").run();
    if (session.code() != 0) {
      close();
    }
    assumeTrue(session.code() == 0, session.err());
  }

  private boolean isOpen(Path root) {
    return command("test", "-r", root.resolve("jbuild")).run().code() == 0;
  }

  /** Of what is in a folder that is closed to others: the program, and the example. */
  private Path copyOfTheCheckout() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("checkout"));
    List<String> parts =
        List.of(
            "jbuild",
            "build",
            "examples/hello",
            "cli/target/jbuild",
            "cache/target/bin",
            "runtime-shim/target/bin");
    Command.of("cp", "-a", "--parents").and(parts.toArray()).and(copy).in(Checkout.root()).check();
    Command.of("chmod", "-R", "a+rX", copy).check();
    return copy;
  }

  /** The checkout, or as much of it as is needed, where this user may read. */
  Path checkout() {
    return checkout;
  }

  Path home() {
    return folder.resolve("home");
  }

  /** A folder for what this user makes. */
  Path work() {
    return folder.resolve("work");
  }

  private Path runtime() {
    return folder.resolve("run");
  }

  private Path shim() {
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";
    return checkout.resolve("runtime-shim/target/bin/shim-" + machine);
  }

  /** From now on parts of {@code /proc} are hidden, as in a container. */
  void hideProc() {
    procIsHidden = true;
  }

  /** A program of this user's. */
  Command command(Object... words) {
    String id = Integer.toString(UID);
    return Command.of("unshare", "--mount", "--propagation", "private", "sh", "-c")
        .and(procIsHidden ? HIDE + PROGRAM : PROGRAM, "sh")
        .and(folder, "setpriv", "--reuid", id, "--regid", id, "--clear-groups")
        .and("env", "-i", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "USER=jbuild-test")
        .and("HOME=" + home(), "XDG_RUNTIME_DIR=" + runtime(), "JBUILD_REGISTRIES=" + registries)
        .and("JBUILD_REBUILD=never", "JBUILD_AOT=off", "SOURCE_DATE_EPOCH=1700000000")
        .and(words)
        .in(Path.of("/"));
  }

  Command jbuild(Object... words) {
    return command(checkout.resolve("jbuild")).and(words);
  }

  /** Ends all that this user runs, and removes the files, some of which belong to mapped ids. */
  @Override
  public void close() {
    Path containers = home().resolve(".local/share/jbuild/containers");
    if (Files.exists(containers)) {
      // What a test that failed has left.
      command("sh", "-c", "for each in $(\"$0\" ps -aq); do \"$0\" rm -f $each; done")
          .and(checkout.resolve("jbuild"))
          .run();
    }
    command(shim(), "userns", "--end").run();
    Command.of("rm", "-rf", folder).check();
  }
}
