package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Containers under supervisors of their own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SupervisorTest {
  private @Nullable Box opened;
  private int count;
  private Path folder = Path.of("/none");

  @BeforeAll
  void open(@TempDir Path where) throws IOException {
    opened = Box.open(where);
  }

  @AfterAll
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  @BeforeEach
  void newContainer() throws IOException {
    folder = Files.createDirectories(box().folder.resolve("container" + count++));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    control("stop", "9", "0");
  }

  private Box box() {
    if (opened == null) {
      throw new AssertionError("not open");
    }
    return opened;
  }

  private static String shim() {
    return ShimBinary.locate().toString();
  }

  /** What the shim printed, after it ended. */
  private record Said(int code, String out, String err) {}

  private static Said say(List<String> words) throws Exception {
    Process process = new ProcessBuilder(words).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), out, err);
  }

  private Said start(boolean attach, Map<String, String> options, String script) throws Exception {
    SequencedMap<String, String> all = new LinkedHashMap<>(options);
    all.putIfAbsent("id", "test");
    all.putIfAbsent("log", "1");
    Supervision supervision =
        new Supervision(all, List.of(), List.of(), List.of(), Map.of(), Map.of());
    RootFs.Overlay plain = box().overlay(List.of(box().base));
    Sandbox sandbox =
        new Sandbox(
            new RootFs.Overlay(plain.lowers(), plain.upper(), plain.work(), false),
            List.of(),
            Box.command("sh", "-c", script),
            Isolation.docker());
    Path plan = Files.write(folder.resolve("plan"), Plan.of(sandbox, supervision, 0));
    return say(
        attach
            ? List.of(shim(), "start", "--attach", folder.toString(), plan.toString())
            : List.of(shim(), "start", folder.toString(), plan.toString()));
  }

  private Said control(String... request) throws Exception {
    List<String> words = new java.util.ArrayList<>(List.of(shim(), "control", folder.toString()));
    words.addAll(List.of(request));
    return say(words);
  }

  private String state() throws IOException {
    return Files.readString(folder.resolve("state"));
  }

  @Test
  void outputCodeAndLogOfOneThatIsWatched() throws Exception {
    Said said = start(true, Map.of(), "echo out; echo err >&2; exit 3");
    assertThat(said).isEqualTo(new Said(3, "out\n", "err\n"));
    assertThat(state()).contains("status=exited\n", "exit=3\n");
    assertThat(Files.readAllLines(folder.resolve("log")))
        .anyMatch(line -> line.endsWith("Z stdout F out"))
        .anyMatch(line -> line.endsWith("Z stderr F err"));
    assertThat(folder.resolve("plan")).doesNotExist();
  }

  @Test
  void oneThatCannotBeStarted() throws Exception {
    RootFs.Overlay root = box().overlay(List.of(box().base));
    Sandbox sandbox =
        new Sandbox(root, List.of(), Box.command("no-such-program"), Isolation.docker());
    Path plan = Files.write(folder.resolve("plan"), Plan.of(sandbox, Supervision.NONE, 0));
    Said said = say(List.of(shim(), "start", folder.toString(), plan.toString()));
    assertThat(said.code()).isEqualTo(127);
    assertThat(said.err())
        .isEqualTo(
            "jbuild: Error response from daemon: exec: \"no-such-program\": executable file not found in $PATH\n");
    assertThat(state()).contains("status=created\n", "exit=127\n");
  }

  @Test
  void stoppedWithItsSignalAndThenKilled() throws Exception {
    start(false, Map.of(), "trap 'exit 7' TERM; while :; do sleep 0.05; done");
    assertThat(state()).contains("status=running\n");
    assertThat(control("stop", "15", "10000")).isEqualTo(new Said(0, "7\n", ""));
    start(false, Map.of(), "trap '' TERM; while :; do sleep 0.05; done");
    assertThat(control("stop", "15", "50")).isEqualTo(new Said(0, "137\n", ""));
    assertThat(control("stop", "15", "50").code()).isNotZero();
  }

  @Test
  void startedAgainAsOftenAsThePolicySays() throws Exception {
    start(false, Map.of("restart", "on-failure", "restart-max", "2"), "echo try; exit 4");
    assertThat(control("wait").code()).isIn(0, 1);
    for (int i = 0; i < 200 && !state().contains("status=exited"); i++) {
      Thread.sleep(20);
    }
    assertThat(state()).contains("restarts=2\n", "exit=4\n");
    assertThat(Files.readAllLines(folder.resolve("log"))).hasSize(3);
  }

  @Test
  void logsTakeTurns() throws Exception {
    String print =
        "i=0; while [ $i -lt 2000 ]; do echo 0123456789012345678901234567890; i=$((i+1)); done";
    start(true, Map.of("log-max", "20000", "log-count", "3"), print);
    assertThat(folder.resolve("log.1")).exists();
    assertThat(folder.resolve("log.2")).exists();
    assertThat(folder.resolve("log.3")).doesNotExist();
    assertThat(Files.size(folder.resolve("log"))).isLessThan(200_000);
  }

  @Test
  void oneMoreCommandInside() throws Exception {
    start(false, Map.of(), "echo here > /made; exec sleep 1000");
    Path events = folder.resolve("events");
    Said said =
        exec(
            Map.of("events", events.toString(), "id", "1", "actor", ""),
            "sh",
            "-c",
            "cat /made; exit 9");
    assertThat(said).isEqualTo(new Said(9, "here\n", ""));
    assertThat(Files.readString(events))
        .contains("\"exec_create: sh -c cat /made; exit 9\"", "\"exec_start: sh -c");
    control("stop", "9", "0");
    assertThat(exec(Map.of(), "true").code()).isEqualTo(1);
  }

  private Said exec(Map<String, String> options, String... words) throws Exception {
    Beside beside =
        new Beside(
            Box.command(words),
            Isolation.docker(),
            List.of(),
            options,
            new Supervisor.ExecMode(false, false, false, ""));
    Path plan = Files.write(folder.resolve("plan"), Plan.ofExec(beside));
    List<String> call = new ArrayList<>(List.of(shim(), "exec", folder.toString()));
    call.add(plan.toString());
    call.addAll(List.of(words));
    Said said = say(call);
    assertThat(plan).doesNotExist();
    return said;
  }

  @Test
  void killingTheSupervisorEndsTheContainer() throws Exception {
    start(false, Map.of(), "exec sleep 1000");
    long pid =
        Long.parseLong(
            state()
                .lines()
                .filter(l -> l.startsWith("pid="))
                .findFirst()
                .orElseThrow()
                .substring(4));
    ProcessHandle program = ProcessHandle.of(pid).orElseThrow();
    ProcessHandle supervisor = program.parent().flatMap(ProcessHandle::parent).orElseThrow();
    supervisor.destroyForcibly();
    program.onExit().get(10, java.util.concurrent.TimeUnit.SECONDS);
    assertThat(state()).contains("status=running\n");
    try (var lock =
        java.nio.channels.FileChannel.open(folder.resolve("lock"), StandardOpenOption.WRITE)) {
      assertThat(lock.tryLock()).isNotNull();
    }
    assertThat(start(true, Map.of(), "echo again").out()).isEqualTo("again\n");
  }

  @Test
  void whatIsToBeRemovedGoesWithItsName() throws Exception {
    Path name = Files.writeString(box().folder.resolve("name-x"), "x");
    String id = String.valueOf(folder.getFileName());
    start(true, Map.of("id", id, "remove", "1", "name-file", name.toString()), "echo x > /f");
    assertThat(folder).doesNotExist();
    assertThat(name).doesNotExist();
  }
}
