package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassFileTest {
  @TempDir private Path temp;

  /** Constants that take two places, fields, and a main method behind others. */
  static final class Startable {
    static final long LONG = 1L << 40;
    static final double DOUBLE = 0.5;

    static double other() {
      return LONG * DOUBLE;
    }

    public static void main(String[] arguments) {
      System.out.println(other() + " " + Long.MAX_VALUE);
    }
  }

  /** Looks like a main method, but cannot be started. */
  static final class NotStartable {
    static void main(String[] arguments) {}

    public void main() {}

    public static int main(String argument) {
      return argument.length();
    }
  }

  private static ClassFile read(Class<?> type) throws IOException {
    try (InputStream in =
        type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
      return ClassFile.read(java.util.Objects.requireNonNull(in));
    }
  }

  @Test
  void aMainMethodIsFoundOnlyWhereItCanBeStarted() throws IOException {
    assertThat(read(Startable.class).hasMain()).isTrue();
    assertThat(read(NotStartable.class).hasMain()).isFalse();
    assertThat(read(ClassFileTest.class).major()).isEqualTo(69);
    assertThat(read(ClassFile.class).major()).as("the plugin runs in Java 17").isEqualTo(61);
  }

  @Test
  void whatIsNoClassFileIsRefused() {
    assertThatThrownBy(() -> ClassFile.read(new ByteArrayInputStream(new byte[64])))
        .hasMessage("not a class file");
  }

  @Test
  void mainClassesAreFoundInFoldersAndModuleDescriptorsAreNone() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("com/example"));
    String resource = "/" + Startable.class.getName().replace('.', '/') + ".class";
    try (InputStream in = ClassFileTest.class.getResourceAsStream(resource)) {
      Files.copy(java.util.Objects.requireNonNull(in), folder.resolve("App.class"));
    }
    Files.writeString(temp.resolve("module-info.class"), "none");

    assertThat(MainClasses.in(temp)).containsExactly("com.example.App");
    assertThat(MainClasses.in(temp.resolve("missing"))).isEmpty();
  }
}
