package dev.jbuild.runtime.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jbuild.runtime.ShimBinary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace that plays the host: bridges, rules and ports of a test are in there, and
 * gone with it.
 */
final class TestHost implements AutoCloseable {
  private final Path folder;
  private final Path root;
  private final Process keeper;
  private final Queue<Process> started = new ConcurrentLinkedQueue<>();

  private TestHost(Path folder, Path root, Process keeper) {
    this.folder = folder;
    this.root = root;
    this.keeper = keeper;
  }

  /** A helper without networks makes it: its loopback device is up. */
  static TestHost open(Path folder) throws IOException {
    Assumptions.assumeTrue(
        System.getProperty("user.name", "").equals("root"), "network namespaces are made by root");
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/nsenter")), "nsenter is not there");
    Path root = Files.createDirectories(folder.resolve("root"));
    Path keeping = Files.createDirectories(folder.resolve("keeping"));
    Files.createDirectories(root.resolve("networks/live"));
    Files.createDirectories(keeping.resolve("networks/live"));
    Path plan = folder.resolve("keeper.plan");
    Files.writeString(plan, "root\t" + keeping + "\ncontainer\tkeeper\n");
    TestHost host = new TestHost(folder, root, start(List.of(), plan));
    Assumptions.assumeTrue(host.keeper.isAlive(), "network namespaces can't be made here");
    return host;
  }

  Path root() {
    return root;
  }

  /** A network that is a folder, as Java makes it. */
  NetworkPlan.Bridge network(char digit, String start) throws IOException {
    String id = String.valueOf(digit).repeat(64);
    Files.createDirectories(root.resolve("networks").resolve(id).resolve("endpoints"));
    return new NetworkPlan.Bridge(
        id,
        "net-" + digit,
        "jbt-" + digit,
        start + ".0",
        24,
        start + ".1",
        start + ".2",
        start + ".254",
        1500,
        false,
        true,
        true);
  }

  static String id(int number) {
    return String.format("%02x", number).repeat(32);
  }

  NetworkPlan plan(int number, NetworkPlan.Bridge bridge, List<NetworkPlan.PortRequest> ports) {
    String name = "app" + number;
    return new NetworkPlan(
        root,
        id(number),
        name,
        name,
        Optional.of(
            new NetworkPlan.Hosts(
                folder.resolve("hosts-" + name), List.of("127.0.0.1\tlocalhost"))),
        List.of(
            new NetworkPlan.Membership(
                bridge, Optional.empty(), Optional.empty(), List.of(name, "alias" + number))),
        ports,
        true,
        List.of(),
        List.of());
  }

  Process start(NetworkPlan plan) throws IOException {
    Path file = Files.createTempFile(folder, "net", ".plan");
    Files.writeString(file, plan.text());
    Process process = start(within(namespace(keeper)), file);
    started.add(process);
    return process;
  }

  /** Waits until the helper is ready, or has said why it is not. */
  private static Process start(List<String> before, Path plan) throws IOException {
    List<String> words = new ArrayList<>(before);
    // The helper's descriptor 3 is our pipe; the shell is replaced by it.
    words.addAll(
        List.of(
            "/bin/sh",
            "-c",
            "exec 3>&1 1>/dev/null; exec \"$0\" net run \"$1\"",
            ShimBinary.locate().toString(),
            plan.toString()));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!said.isEmpty()) {
      throw new IOException(said);
    }
    return process;
  }

  static Path namespace(Process helper) {
    return Path.of("/proc/" + helper.pid() + "/fd/4");
  }

  private static List<String> within(Path namespace) {
    return List.of("/usr/bin/nsenter", "--net=" + namespace, "--");
  }

  private static List<String> peer(Path namespace, String... words) {
    List<String> command = new ArrayList<>(within(namespace));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            Path.of("target", "test-classes").toAbsolutePath().toString(),
            Peer.class.getName()));
    command.addAll(List.of(words));
    return command;
  }

  /** A server beside a helper, or on the host; it is there when this returns. */
  void serve(Optional<Process> helper, int port) throws IOException {
    Process process =
        new ProcessBuilder(peer(namespace(helper.orElse(keeper)), "serve", Integer.toString(port)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.add(process);
    if (process.getInputStream().read() != 'r') {
      throw new IOException("the server did not start");
    }
  }

  /** Answers, one for each question, from a helper's namespace or from the host. */
  List<String> ask(Optional<Process> helper, String... questions) throws IOException {
    List<String> words = new ArrayList<>(List.of("ask"));
    words.addAll(List.of(questions));
    Process process =
        new ProcessBuilder(peer(namespace(helper.orElse(keeper)), words.toArray(String[]::new)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), UTF_8).lines().toList();
    }
  }

  /** The devices of the host. */
  String devices() throws IOException {
    return output("/bin/cat", "/proc/net/dev");
  }

  /** The rules of a chain. */
  String rules(String table, String chain) throws IOException {
    return output("/usr/sbin/nft", "list", "chain", "ip", table, chain);
  }

  private String output(String... command) throws IOException {
    List<String> words = new ArrayList<>(within(namespace(keeper)));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).start();
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), UTF_8);
    }
  }

  /** Runs a program of the machine on the host; its exit code. */
  int run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(within(namespace(keeper)));
    command.addAll(List.of(words));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  void sweep() throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(within(namespace(keeper)));
    words.addAll(List.of(ShimBinary.locate().toString(), "net", "sweep", root.toString()));
    new ProcessBuilder(words).inheritIO().start().waitFor();
  }

  static void stop(Process process) throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  @Override
  public void close() {
    for (Process process : started) {
      process.destroyForcibly();
    }
    keeper.destroyForcibly();
  }
}
