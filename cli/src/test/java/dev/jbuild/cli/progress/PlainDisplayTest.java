package dev.jbuild.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class PlainDisplayTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Script script = new Script();
  private final PlainDisplay display = new PlainDisplay(out, script::nanoTime, false);

  private Script build() {
    return script.on(display);
  }

  private String text() {
    return out.toString(UTF_8);
  }

  @Test
  void oneStepAfterTheOther() {
    build()
        .planned(3)
        .started(1, "[internal] load build definition from Dockerfile")
        .moved(1, "transferring dockerfile:", 84)
        .after(40)
        .ran(1)
        .started(2, "[1/2] FROM busybox")
        .cached(2)
        .started(3, "[2/2] RUN make")
        .after(213)
        .says(3, "cc -c a.c\ncc -c b.c\n")
        .after(12_000)
        .says(3, "linked\n")
        .ran(3);
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [internal] load build definition from Dockerfile
            #1 transferring dockerfile: 84B / 84B done
            #1 DONE 0.0s

            #2 [1/2] FROM busybox
            #2 CACHED

            #3 [2/2] RUN make
            #3 0.213 cc -c a.c
            #3 0.213 cc -c b.c
            #3 12.21 linked
            #3 DONE 12.2s
            """);
  }

  @Test
  void aStepThatRunsBesideWaitsForTheEndOfTheOther() {
    build()
        .started(1, "[a 1/1] RUN one")
        .started(2, "[b 1/1] RUN two")
        .after(100)
        .says(2, "two\n")
        .says(1, "one\n")
        .after(100)
        .ran(2)
        .ran(1);
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [a 1/1] RUN one
            #1 0.100 one
            #1 DONE 0.2s

            #2 [b 1/1] RUN two
            #2 0.100 two
            #2 DONE 0.2s
            """);
  }

  @Test
  void aSilentStepGivesItsTurnAway() {
    build().started(1, "[a] RUN sleep 60").started(2, "[b] RUN tar x").says(2, "file\n");
    build().after(1_500);
    display.tick();
    build().says(1, "woke\n").after(100).ran(2).ran(1);
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [a] RUN sleep 60
            #1 ...

            #2 [b] RUN tar x
            #2 0.000 file
            #2 DONE 1.6s

            #1 [a] RUN sleep 60
            #1 1.500 woke
            #1 DONE 1.6s
            """);
  }

  @Test
  void partOfALineIsShownAtOnceAndGoesOn() {
    build().started(1, "[1/1] RUN ask").says(1, "name? ");
    assertThat(text()).endsWith("#1 0.000 name? ");
    build().after(500).says(1, "Ada\n").says(1, "no end of line").ran(1);
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [1/1] RUN ask
            #1 0.000 name? Ada
            #1 0.500 no end of line
            #1 DONE 0.5s
            """);
  }

  @Test
  void aFailureIsReportedAtTheEndWithItsLastLines() {
    build()
        .started(1, "[2/2] RUN nonexisting")
        .after(206)
        .says(1, "/bin/sh: nonexisting: not found\n")
        .failed(
            1, "process \"/bin/sh -c nonexisting\" did not complete successfully: exit code: 127");
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [2/2] RUN nonexisting
            #1 0.206 /bin/sh: nonexisting: not found
            #1 ERROR: process "/bin/sh -c nonexisting" did not complete successfully: exit code: 127
            ------
             > [2/2] RUN nonexisting:
            0.206 /bin/sh: nonexisting: not found
            ------
            """);
  }

  @Test
  void transfersSayHowFarTheyAreEverySecond() {
    build()
        .started(1, "[1/2] FROM debian")
        .moves(1, "sha256:0123", 0, 29_130_000)
        .after(500)
        .moves(1, "sha256:0123", 1_000_000, 29_130_000)
        .after(600)
        .moves(1, "sha256:0123", 20_000_000, 29_130_000)
        .after(600)
        .moved(1, "sha256:0123", 29_130_000)
        .after(300)
        .ran(1);
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [1/2] FROM debian
            #1 sha256:0123 20.00MB / 29.13MB 1.1s
            #1 sha256:0123 29.13MB / 29.13MB 1.7s done
            #1 DONE 2.0s
            """);
  }

  @Test
  void nothingOfAStepsOutputIsLost() {
    String line = "x".repeat(200) + "\n";
    build().started(1, "[1/1] RUN seq").says(1, line.repeat(5_000)).ran(1);
    display.close();
    assertThat(text().lines().filter(l -> l.endsWith("x".repeat(200)))).hasSize(5_000);
  }

  @Test
  void bytesThatAreNoTextPassUnchanged() {
    build().started(1, "[1/1] RUN cat");
    display.on(new dev.jbuild.solve.BuildEvent.Output(1, false, new byte[] {(byte) 0xff, 0, '\n'}));
    display.close();
    assertThat(out.toByteArray()).containsSequence((byte) 0xff, (byte) 0, (byte) '\n');
  }

  @Test
  void warningsComeLast() {
    build()
        .warned("FromAsCasing", "'as' and 'FROM' keywords' casing do not match", 1)
        .started(1, "[1/1] FROM scratch")
        .canceled(1);
    display.close();
    display.close();
    assertThat(text())
        .isEqualTo(
            """
            #1 [1/1] FROM scratch
            #1 CANCELED

             1 warning found (use --debug to expand):
             - FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)
            """);
  }
}
