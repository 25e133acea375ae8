package dev.jbuild.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class TtyDisplayTest {
  private final Screen screen = new Screen();
  private final Script script = new Script();
  private Terminal.Size size = new Terminal.Size(60, 24);

  private TtyDisplay display(OutputStream out, boolean coloured) {
    TtyDisplay display =
        new TtyDisplay(out, script::nanoTime, () -> size, new Style(coloured), false);
    script.on(display);
    return display;
  }

  @Test
  void rowsAreRedrawnInPlace() {
    TtyDisplay display = display(screen, true);
    script
        .planned(3)
        .started(1, "[internal] load .dockerignore")
        .moves(1, "transferring context", 2, -1);
    display.tick();
    script.after(20).ran(1).started(2, "[1/2] FROM busybox").cached(2).started(3, "[2/2] RUN make");
    script.after(1_200).says(3, "cc -c a.c\n\u001b[32mok\u001b[0m\n");
    display.tick();
    assertThat(screen.toString())
        .isEqualTo(
            """
            [+] Building 1.2s (2/3)
             => [internal] load .dockerignore                      0.0s
             => => transferring context: 2B                        0.0s
             => CACHED [1/2] FROM busybox                          0.0s
             => [2/2] RUN make                                     1.2s
             => => # cc -c a.c
             => => # ok
            """);
    script.after(800).ran(3);
    display.close();
    assertThat(screen.toString())
        .isEqualTo(
            """
            [+] Building 2.0s (3/3) FINISHED
             => [internal] load .dockerignore                      0.0s
             => => transferring context: 2B                        0.0s
             => CACHED [1/2] FROM busybox                          0.0s
             => [2/2] RUN make                                     2.0s
            """);
    assertThat(screen.cursorHidden).isFalse();
  }

  @Test
  void aFailureKeepsItsOutput() {
    TtyDisplay display = display(screen, false);
    script.planned(2).started(1, "[1/2] RUN false").after(100).says(1, "no\n");
    display.tick();
    script.failed(1, "exit code: 1");
    display.close();
    assertThat(screen.toString())
        .isEqualTo(
            """
            [+] Building 0.1s (1/2)
             => ERROR [1/2] RUN false                              0.1s
            ------
             > [1/2] RUN false:
            0.100 no
            ------
            """);
  }

  @Test
  void aLowTerminalShowsWhatRuns() {
    size = new Terminal.Size(60, 6);
    TtyDisplay display = display(screen, false);
    script.started(1, "[a] RUN sleep");
    for (int i = 2; i < 10; i++) {
      script.started(i, "[b " + i + "/9] COPY . .").cached(i);
    }
    display.tick();
    assertThat(screen.toString())
        .isEqualTo(
            """
            [+] Building 0.0s (8/9)
             => [a] RUN sleep                                      0.0s
             => CACHED [b 7/9] COPY . .                            0.0s
             => CACHED [b 8/9] COPY . .                            0.0s
             => CACHED [b 9/9] COPY . .                            0.0s
            """);
    script.ran(1);
    display.close();
    assertThat(screen.toString().lines()).hasSize(10);
  }

  @Test
  void nothingIsWiderThanTheTerminal() {
    size = new Terminal.Size(40, 24);
    TtyDisplay display = display(screen, false);
    script.started(1, "[1/1] RUN echo \t" + "long ".repeat(20)).says(1, "x".repeat(300));
    script.moves(1, "sha256:" + "0".repeat(64), 1_200_000, 3_400_000);
    display.tick();
    assertThat(screen.widest()).isLessThan(40);
    assertThat(screen.toString()).contains("1.20MB / 3.40MB");
    display.close();
  }

  @Test
  void endedRowsAreBlueAndFailedOnesRed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TtyDisplay display = display(out, true);
    script.started(1, "good").ran(1).started(2, "bad").failed(2, "no").warned("Rule", "text", 5);
    display.close();
    assertThat(out.toString(UTF_8))
        .contains("\u001b[34m => good", "\u001b[31m => ERROR bad", "\u001b[33m1 warning found");
  }
}
