package dev.jbuild.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ColumnsTest {
  @Test
  void wideCharactersTakeTwoColumnsAndMarksNone() {
    assertThat(Columns.width("abc")).isEqualTo(3);
    assertThat(Columns.width("日本")).isEqualTo(4);
    assertThat(Columns.width("e\u0301")).isEqualTo(1);
    assertThat(Columns.clip("日本語", 5)).isEqualTo("日本");
  }

  @Test
  void plainTextIsWhatStaysOnTheScreen() {
    assertThat(Columns.plain("10%\r20%\r")).isEqualTo("20%");
    assertThat(Columns.plain("\u001b[1;31mred\u001b[0m\tx")).isEqualTo("red x");
    assertThat(Columns.plain("\u001b]0;title\u0007text")).isEqualTo("text");
    assertThat(Columns.plain("cut \u001b[3")).isEqualTo("cut ");
  }
}
