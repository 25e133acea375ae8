package dev.jbuild.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int report(Throwable failure) {
    return new Failures(new PrintStream(printed, true, UTF_8), false)
        .report(failure, Optional.empty());
  }

  /** Whoever was busy when ^C came says it in its own way, and in its caller's. */
  @Test
  void whatWasInterruptedIsCanceledHoweverItSaysSo() {
    assertThat(report(new InterruptedIOException("interrupted"))).isEqualTo(130);
    assertThat(report(new IOException("cannot compress", new InterruptedException())))
        .isEqualTo(130);
    assertThat(report(new IllegalStateException(new ClosedByInterruptException()))).isEqualTo(130);
    assertThat(printed.toString(UTF_8)).isEqualTo("jbuild: canceled\n".repeat(3));
  }

  @Test
  void whoFollowsALogAndHasSeenEnoughIsToldNothing() {
    int code =
        new Failures(new PrintStream(printed, true, UTF_8), false)
            .report(new InterruptedException(), Optional.of(new LogsVerb("logs")));

    assertThat(code).isEqualTo(130);
    assertThat(printed.size()).isZero();
  }

  @Test
  void aServerThatIsSilentHasNotBeenCanceled() {
    int code = report(new IOException("no answer", new SocketTimeoutException("no answer")));

    assertThat(code).isEqualTo(1);
    assertThat(printed.toString(UTF_8)).isEqualTo("jbuild: no answer\n");
  }

  /** The JDK's own message is the bare name of the file. */
  @Test
  void aFailureWithAFileSaysWhatItIsHoweverItComes() {
    report(new NoSuchFileException("/a"));
    report(new UncheckedIOException("cannot remove /b", new AccessDeniedException("/b")));
    report(new DirectoryNotEmptyException("/c"));

    assertThat(printed.toString(UTF_8))
        .isEqualTo(
            """
            jbuild: /a: no such file or directory
            jbuild: /b: permission denied
            jbuild: /c: directory not empty
            """);
  }
}
