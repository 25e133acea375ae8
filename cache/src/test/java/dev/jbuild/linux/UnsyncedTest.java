package dev.jbuild.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnsyncedTest {
  @TempDir Path root;

  @Test
  void whatIsNamedIsForgottenWhenItIsSynced() throws IOException {
    Unsynced marks = Unsynced.in(root);
    marks.mark("a");
    marks.mark("b");
    marks.mark("a");

    assertThat(marks.names()).containsExactlyInAnyOrder("a", "b");
    marks.sync();
    assertThat(marks.names()).isEmpty();
    assertThat(marks.lost()).isEmpty();
  }

  @Test
  void whatWasNamedBeforeTheMachineStartedIsLostUntilSomebodyLooked() throws IOException {
    new Unsynced(root, "one start").mark("a");
    new Unsynced(root, "another").mark("b");
    Unsynced now = Unsynced.in(root);
    now.mark("c");

    assertThat(now.lost()).containsExactlyInAnyOrder("a", "b");
    now.forgetLost();
    assertThat(now.lost()).isEmpty();
    assertThat(now.names()).containsExactly("c");
  }

  @Test
  void aMarkGrowsOld() throws IOException {
    Unsynced marks = new Unsynced(root, "boot");
    assertThat(marks.isOld()).isFalse();
    marks.mark("a");
    marks.mark("b");
    assertThat(marks.isOld()).isFalse();

    Path mark = root.resolve("unsynced/boot/b");
    Files.setLastModifiedTime(mark, FileTime.from(Instant.now().minusSeconds(61)));
    assertThat(marks.isOld()).isTrue();

    marks.mark("b");
    assertThat(marks.isOld()).as("it names another one now").isFalse();
  }
}
