package dev.jbuild.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import org.junit.jupiter.api.Test;

class PrettyJsonTest {
  @Test
  void isLaidOutAsGoDoes() {
    assertThat(PrettyJson.print(Json.parseObject("{\"a\":[1,{\"b\":\"x\\n\"}],\"c\":{},\"d\":[]}")))
        .isEqualTo(
            """
            {
                "a": [
                    1,
                    {
                        "b": "x\\n"
                    }
                ],
                "c": {},
                "d": []
            }\
            """);
  }
}
