package dev.jbuild.oci;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void readsAllKindsOfValuesInOrder() {
    Json.Obj read =
        Json.parseObject(
            " { \"b\" : [1, -2 ,true,false , null,\"\"],\"a\":{}, \"c\":[ ] ,\"d\":0 }\n");

    assertThat(read.members().keySet()).containsExactly("b", "a", "c", "d");
    assertThat(read.array("b"))
        .containsExactly(
            new Json.Num(1L),
            new Json.Num(-2L),
            new Json.Bool(true),
            new Json.Bool(false),
            new Json.Null(),
            new Json.Text(""));
    assertThat(read.compact())
        .isEqualTo("{\"b\":[1,-2,true,false,null,\"\"],\"a\":{},\"c\":[],\"d\":0}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "-",
        "1x",
        "truex",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"a\nb\"",
        "1 2",
        "{} []",
        "+1",
        ".5",
        "1."
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> Json.parse(text.getBytes(UTF_8))).isInstanceOf(JsonException.class);
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThatThrownBy(() -> Json.parse("\"\u00ff\u00fe\"".getBytes(ISO_8859_1)))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    byte[] deep = ("[".repeat(300) + "]".repeat(300)).getBytes(UTF_8);

    assertThatThrownBy(() -> Json.parse(deep)).isInstanceOf(JsonException.class);
    assertThat(Json.parse(("[".repeat(150) + "]".repeat(150)).getBytes(UTF_8)).compact())
        .hasSize(300);
  }

  @Test
  void readsEscapesAndForeignLetters() {
    assertThat(
            Json.parse(
                "\"\\u0026\\n\\t\\\\\\\"\\/\\u00e4ä\\ud83d\\ude00😀\ufffd\"".getBytes(UTF_8)))
        .isEqualTo(new Json.Text("&\n\t\\\"/ää😀😀\ufffd"));
  }

  @Test
  void keepsNumbersOfAnySize() {
    String text = "[9223372036854775807,-9223372036854775808,9223372036854775808,1.50,1E+3,-0]";
    Json read = Json.parse(text.getBytes(UTF_8));

    assertThat(read)
        .isEqualTo(
            new Json.Arr(
                List.of(
                    new Json.Num(Long.MAX_VALUE),
                    new Json.Num(Long.MIN_VALUE),
                    new Json.Num(new BigDecimal("9223372036854775808")),
                    new Json.Num(new BigDecimal("1.50")),
                    new Json.Num(new BigDecimal("1E+3")),
                    new Json.Num(0L))));
    assertThat(read.compact()).isEqualTo(text.replace("-0", "0"));
    assertThat(new Json.Num(BigDecimal.TEN)).isEqualTo(new Json.Num(10L));
  }

  /** Digests are of what is printed: it must not depend on who printed it. */
  @Test
  void printsTextsAsJacksonDoes() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(8); j >= 0; j--) {
        text.appendCodePoint(
            switch (random.nextInt(4)) {
              case 0 -> random.nextInt(0x20);
              case 1 -> random.nextInt(0x20, 0x80);
              case 2 -> random.nextInt(0x80, 0xd800);
              default -> random.nextInt(0xe000, 0x11000);
            });
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (JsonGenerator jackson = Json.Factory.JACKSON.createGenerator(out)) {
        jackson.writeStartObject();
        jackson.writeStringField(text.toString(), text.toString());
        jackson.writeEndObject();
      }
      Json.Obj own = Json.obj().with(text.toString(), text.toString());

      assertThat(own.compact()).isEqualTo(out.toString(UTF_8));
      assertThat(Json.parse(own.bytes())).isEqualTo(own);
    }
  }
}
