package dev.jbuild.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StepRecordsTest {
  private static final Digest OP = Digest.sha256("op");

  @TempDir private Path temp;
  private StepRecords records;

  @BeforeEach
  void open() {
    records = new StepRecords(Store.open(temp.resolve("store")).root());
  }

  private static StepRecord record(String key, Optional<String> layer) {
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    inputs.put("env A\tB", "a line\nand 100%\r\n");
    inputs.put("empty", "");
    return new StepRecord(
        OP, Digest.sha256(key), inputs, layer, Digest.sha256("content"), "2026-01-01T00:00:00Z");
  }

  @Test
  void comesBackAsItWas() throws IOException {
    StepRecord made = record("made", Optional.of("0123"));
    StepRecord nothing = record("nothing", Optional.empty());
    records.put(made);
    records.put(nothing);

    assertThat(records.find(OP, made.key())).contains(made);
    assertThat(records.find(OP, nothing.key())).contains(nothing);
    assertThat(records.of(OP)).containsExactlyInAnyOrder(made, nothing);
    assertThat(records.any(OP)).isTrue();
  }

  @Test
  void whatWasNeverDoneIsNotThere() {
    assertThat(records.find(OP, Digest.sha256("key"))).isEmpty();
    assertThat(records.any(OP)).isFalse();
    assertThat(records.of(OP)).isEmpty();
    assertThat(records.newest(OP)).isEmpty();
  }

  @Test
  void aDamagedRecordCountsAsMissing() throws IOException {
    StepRecord record = record("key", Optional.of("0123"));
    records.put(record);
    Path file = records.file(OP, record.key());
    String whole = Files.readString(file);
    for (int length = 0; length < whole.length(); length++) {
      Files.writeString(file, whole.substring(0, length));
      assertThat(records.find(OP, record.key())).as("cut at %s", length).isEmpty();
    }
  }

  @Test
  void theNewestIsTheLastMadeOrUsed() throws IOException {
    StepRecord first = record("first", Optional.of("1"));
    StepRecord second = record("second", Optional.of("2"));
    records.put(first);
    records.put(second);
    age(first, 100);
    age(second, 200);
    assertThat(records.newest(OP)).contains(first);

    age(first, 20_000);
    assertThat(records.newest(OP)).contains(second);
    // found after long: used from now on
    assertThat(records.find(OP, first.key())).isPresent();
    assertThat(records.newest(OP)).contains(first);
  }

  private void age(StepRecord record, int seconds) throws IOException {
    Files.setLastModifiedTime(
        records.file(record.op(), record.key()),
        FileTime.fromMillis(System.currentTimeMillis() - seconds * 1000L));
  }
}
