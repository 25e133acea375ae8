package dev.jbuild.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "src",
        "./a.git",
        "https://example.com/a.tar",
        "https://example.com/a.git/file",
        "host:path",
        "a/b@c:d"
      })
  void otherSourcesAreNoRepositories(String text) {
    assertThat(GitAddress.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/a.git?unknown=1",
        "https://h/a.git?ref=a&branch=b",
        "https://h/a.git?submodules=maybe"
      })
  void wrongQueriesAreRefused(String text) {
    assertThatThrownBy(() -> GitAddress.parse(text)).isInstanceOf(FetchException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "https://h/a.git,https://h/a.git,'',''",
    "https://h/a.git#main,https://h/a.git,main,''",
    "https://h/a.git#v1:sub/dir,https://h/a.git,v1,sub/dir",
    "https://h/a.git#:sub,https://h/a.git,'',sub",
    "git@h:a/b#x,git@h:a/b,x,''",
    "ssh://git@h/a,ssh://git@h/a,'',''",
    "https://h/a.git?tag=v2&subdir=d,https://h/a.git,refs/tags/v2,d",
    "https://h/a.git?branch=b,https://h/a.git,refs/heads/b,''"
  })
  void partsOfAnAddress(String text, String remote, String ref, String subdir) {
    GitAddress address = GitAddress.parse(text).orElseThrow();

    assertThat(address.remote()).isEqualTo(remote);
    assertThat(address.ref()).isEqualTo(ref);
    assertThat(address.subdir()).isEqualTo(subdir);
  }

  @Test
  void optionsOfTheQuery() {
    GitAddress address =
        GitAddress.parse("https://h/a.git?keep-git-dir=1&submodules=false&checksum=abc")
            .orElseThrow();

    assertThat(address.keepGitDir()).contains(true);
    assertThat(address.submodules()).isFalse();
    assertThat(address.checksum()).contains("abc");
  }
}
