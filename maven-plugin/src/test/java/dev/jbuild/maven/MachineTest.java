package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
  @TempDir Path temp;
  private Path program;

  @BeforeEach
  void makeProgram() throws IOException {
    program = executable("bin/jbuild", "");
  }

  private Path executable(String name, String script) throws IOException {
    Path file = temp.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void set(String name, String value) throws IOException {
    Path file = temp.resolve("sys").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, value + "\n");
  }

  private void check() throws Exception {
    Machine.check(program, temp.resolve("sys"));
  }

  @Test
  void aMachineWithoutUserNamespacesIsNamedWithTheRemedy() throws IOException {
    set("user/max_user_namespaces", "0");

    assertThatThrownBy(this::check).hasMessageContaining("sysctl -w user.max_user_namespaces=");
  }

  @Test
  void aMachineThatKeepsThemForRootIsNamedWithTheRemedy() throws IOException {
    set("user/max_user_namespaces", "1000");
    set("kernel/unprivileged_userns_clone", "0");

    assertThatThrownBy(this::check)
        .hasMessageContaining("sysctl -w kernel.unprivileged_userns_clone=1");
  }

  @Test
  void whatTheShimSaysIsPassedOn() throws IOException {
    executable("lib/shim", "echo \"jbuild: no user namespace: $*\"; exit 125");

    assertThatThrownBy(this::check).hasMessage("no user namespace: userns --check");
  }

  @Test
  void anOrdinaryUserMayBuildWhereTheShimSucceeds() throws IOException {
    set("user/max_user_namespaces", "1000");
    executable("lib/shim", "exit 0");

    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void aProgramThatIsNoDistributionIsNotAsked() {
    assertThatCode(this::check).doesNotThrowAnyException();
  }
}
