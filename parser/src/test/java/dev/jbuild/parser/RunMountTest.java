package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dockerfile reference, "RUN --mount". */
class RunMountTest {
  private static RunMount parse(String value) {
    return RunMount.parse(value, word -> word.replace("$ID", "7"));
  }

  @Test
  void everythingThatACacheMaySay() {
    RunMount mount =
        parse(
            "type=Cache,target=/c,id=n$ID,sharing=LOCKED,from=base,source=s,mode=0750,uid=$ID,gid=8");
    assertThat(mount)
        .isEqualTo(
            new RunMount(
                RunMount.Type.CACHE,
                Optional.of("base"),
                Optional.of("s"),
                Optional.of("/c"),
                false,
                OptionalLong.empty(),
                Optional.of("n7"),
                Optional.of(RunMount.Sharing.LOCKED),
                false,
                Optional.empty(),
                OptionalInt.of(0750),
                OptionalLong.of(7),
                OptionalLong.of(8)));
  }

  @ParameterizedTest
  @CsvSource({
    "'target=/x', true",
    "'type=secret,id=a', true",
    "'type=ssh', true",
    "'type=cache,target=/x', false",
    "'type=tmpfs,target=/x', false",
    "'target=/x,rw', false",
    "'target=/x,readwrite=true', false",
    "'type=cache,target=/x,ro', true",
    "'target=/x,readonly=false', false",
  })
  void onlyWhatIsNotMadeByTheStepIsReadOnlyUnlessAsked(String value, boolean readOnly) {
    assertThat(parse(value).readOnly()).isEqualTo(readOnly);
  }

  @ParameterizedTest
  @CsvSource({"64m, 67108864", "1.5k, 1536", "1 KiB, 1024", "12, 12", "2gb, 2147483648", "7b, 7"})
  void sizesOfTemporaryFolders(String size, long bytes) {
    assertThat(parse("type=tmpfs,target=/t,size=" + size).size()).hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"many", "-1", "1x", "1kx", "", "1d", "0x10", "1 2k"})
  void noSizes(String size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("type=tmpfs,target=/t,size=" + size))
        .withMessage("invalid value for size: " + size);
  }

  @Test
  void secretsInVariables() {
    assertThat(parse("type=secret,id=a,env=TOKEN,required").env()).contains("TOKEN");
    assertThat(parse("type=secret,id=a,env=").env()).contains("");
    assertThat(parse("type=secret,id=a,required=1").required()).isTrue();
  }

  @Test
  void quotedFieldsMayHoldCommas() {
    assertThat(parse("\"target=/a,b\",\"source=x\"\"y\"").target()).contains("/a,b");
    assertThat(parse("\"source=x\"\"y\",target=/t").source()).contains("x\"y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type=bnid|unsupported mount type \"bnid\" (did you mean bind?)",
        "type=volume|unsupported mount type \"volume\"",
        "type=cache,sharing=lock|unsupported sharing value \"lock\" (did you mean locked?)",
        "targt=/x|unexpected key 'targt' in 'targt=/x' (did you mean target?)",
        "nothing=x|unexpected key 'nothing' in 'nothing=x'",
        "target|invalid field 'target' must be a key=value pair",
        "target=/x,required|unexpected key 'required' for mount type 'bind'",
        "target=/x,required=true|unexpected key 'required' for mount type 'bind'",
        "target=/x,size=1m|unexpected key 'size' for mount type 'bind'",
        "type=ssh,required=maybe|invalid value for required: maybe",
        "target=/x,ro=perhaps|invalid value for ro: perhaps",
        "type=cache,target=/x,mode=9|invalid value 9 for mode",
        "type=cache,target=/x,uid=root|invalid value root for uid",
        "type=cache,target=/x,gid=-1|invalid value -1 for gid",
        "type=cache,target=/x,gid=4294967296|invalid value 4294967296 for gid",
        "target=/x,mode=700|mode not allowed for \"bind\" type mounts",
        "type=tmpfs,target=/x,uid=1|uid not allowed for \"tmpfs\" type mounts",
        "target=/x,gid=1|gid not allowed for \"bind\" type mounts",
        "target=/x,sharing=shared|invalid cache sharing set for bind mount",
        "type=secret|invalid secret mount. one of source, target required",
        "type=secret,source=a,id=b|both source and id can't be set",
        "type=secret,id=a,from=b|secret mount should not have a from",
        "type=secret,id=a,sharing=shared|secret mount should not define sharing",
        "tar\"get=/x|failed to parse csv mounts: parse error on line 1, column 4: bare \" in non-quoted field",
      })
  void refusals(String value, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> parse(value)).withMessage(message);
  }

  @Test
  void theTypeComesBeforeWhatItAllows() {
    assertThatIllegalArgumentException().isThrownBy(() -> parse("required,type=ssh"));
    assertThat(parse("mode=0600,type=ssh").mode()).hasValue(0600);
  }

  @Test
  void whereAMountComesFromIsSaidInPlainWords() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunMount.check("from=$BASE,target=/x"))
        .withMessage("'from' doesn't support variable expansion, define alias stage instead");
    RunMount.check("from=base$,target=$T,type=unknown");
  }
}
