package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChallengeTest {
  @Test
  void bearerWithParameters() {
    assertThat(
            Challenge.parse(
                List.of(
                    "Bearer realm=\"https://auth.example/token?x=1,2\",service=reg,"
                        + " scope=\"repository:a/b:pull,push\"")))
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of(
                    "realm",
                    "https://auth.example/token?x=1,2",
                    "service",
                    "reg",
                    "scope",
                    "repository:a/b:pull,push")));
  }

  @Test
  void severalInOneHeaderAndInSeveral() {
    assertThat(
            Challenge.parse(
                List.of("Negotiate, Basic realm=\"a \\\"b\\\"\" , Bearer realm=x", "Digest")))
        .extracting(Challenge::scheme)
        .containsExactly("negotiate", "basic", "bearer", "digest");
  }

  @Test
  void namesInAnyCase() {
    assertThat(Challenge.parse(List.of("BEARER Realm=\"x\"")).getFirst().get("realm"))
        .isEqualTo("x");
  }

  @Test
  void nonsenseIsNoChallenge() {
    assertThat(Challenge.parse(List.of("", ",,", "\"", "=", "realm=\"x"))).isEmpty();
  }
}
