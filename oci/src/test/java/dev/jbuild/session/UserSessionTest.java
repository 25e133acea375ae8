package dev.jbuild.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UserSessionTest {
  @Test
  void rootHasNone() {
    assertThat(UserSession.parse(null)).isEmpty();
  }

  @Test
  void rangesGiveIdsFromZeroOn() {
    UserSession session = UserSession.parse("1000:65537").orElseThrow();

    assertThat(session.has(0)).isTrue();
    assertThat(session.has(65536)).isTrue();
    assertThat(session.has(65537)).isFalse();
    assertThat(session.has(-2)).isFalse();
    assertThat(session.remedy()).contains("larger range", "/etc/subuid");
  }

  @Test
  void withoutRangesTheRemedyIsTheCommandThatAddsThem() {
    UserSession session = UserSession.parse("1000:1:ranges").orElseThrow();

    assertThat(session.has(0)).isTrue();
    assertThat(session.has(1)).isFalse();
    assertThat(session.remedy()).contains("usermod --add-subuids 100000-165535");
  }

  @Test
  void withoutNewuidmapTheRemedyIsItsPackage() {
    assertThat(UserSession.parse("1000:1:helper").orElseThrow().remedy())
        .contains("apt-get install uidmap");
  }

  @Test
  void whereIdsAreThereTheFileSystemIsToBlame() {
    UserSession session = UserSession.parse("1000:65537").orElseThrow();

    assertThat(session.remedy(33, 33)).contains("NFS", "JBUILD_ROOT");
    assertThat(session.remedy(33, 70000)).contains("larger range");
  }

  @Test
  void whatTheShimNeverWroteIsNamed() {
    assertThatThrownBy(() -> UserSession.parse("yes"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("JBUILD_USERNS")
        .hasMessageContaining("yes");
  }
}
