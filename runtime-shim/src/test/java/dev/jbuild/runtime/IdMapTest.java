package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdMapTest {
  @ParameterizedTest
  @CsvSource({"1000,0", "0,1000", "33,34", "5,5", "0,0", "4294967294,7"})
  void twoChangePlacesAndEverybodyElseStays(long disk, long seen) {
    IdMap map = IdMap.swapping((int) disk, (int) seen, 0, 0);

    List<long[]> extents = new ArrayList<>();
    for (String line : map.uids().lines().toList()) {
      String[] words = line.split(" ");
      extents.add(
          new long[] {
            Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2])
          });
    }
    assertThat(seenOf(extents, disk)).isEqualTo(seen);
    assertThat(seenOf(extents, seen)).isEqualTo(disk);
    for (long other : new long[] {1, 2, 32, 35, 999, 1001, 65534, 4294967293L}) {
      if (other != disk && other != seen) {
        assertThat(seenOf(extents, other)).isEqualTo(other);
      }
    }
    assertThat(extents.stream().mapToLong(extent -> extent[2]).sum()).isEqualTo(0xffff_ffffL);
  }

  private static long seenOf(List<long[]> extents, long id) {
    for (long[] extent : extents) {
      if (id >= extent[0] && id < extent[0] + extent[2]) {
        return extent[1] + id - extent[0];
      }
    }
    return -1;
  }

  @Test
  void tripletsAreLines() {
    assertThat(IdMap.lines("1000-0-1#0-100000-65536")).isEqualTo("1000 0 1\n0 100000 65536\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1000", "1-2", "a-b-c", "1-2-3-4", "-1-0-1", "1000:0:1"})
  void whatIsNoMappingIsSaid(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IdMap.lines(text));
  }
}
