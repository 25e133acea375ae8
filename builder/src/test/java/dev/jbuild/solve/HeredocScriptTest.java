package dev.jbuild.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.Instruction;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeredocScriptTest {
  private static Instruction.Run run(String text) {
    byte[] bytes = ("FROM scratch\n" + text).getBytes(StandardCharsets.UTF_8);
    return (Instruction.Run)
        DockerfileParser.parse(bytes).stages().getFirst().instructions().getFirst();
  }

  @Test
  void aLineWithoutDocumentsStaysAsItIs() {
    Instruction.Run run = run("RUN echo $((1<2))");

    assertThat(HeredocScript.line(run)).isEqualTo("echo $((1<2))");
    assertThat(HeredocScript.file(run)).isEmpty();
  }

  @Test
  void aDocumentBesideACommandIsLeftToTheShell() {
    assertThat(HeredocScript.line(run("RUN cat <<EOF > /x\n#!/bin/cat\nEOF\n")))
        .isEqualTo("cat <<EOF > /x\n#!/bin/cat\nEOF");
  }

  @Test
  void aDocumentAloneIsTheScript() {
    Instruction.Run run = run("RUN <<-EOF\n\techo a\n\techo b\nEOF\n");

    assertThat(HeredocScript.line(run)).isEqualTo("echo a\necho b\n");
    assertThat(HeredocScript.file(run)).isEmpty();
  }

  @Test
  void aDocumentThatNamesItsInterpreterIsAProgram() {
    Instruction.Run run = run("RUN <<-SCRIPT\n\t#!/bin/awk -f\n\tBEGIN {}\nSCRIPT\n");

    assertThat(HeredocScript.line(run)).isEqualTo("/dev/pipes/SCRIPT");
    assertThat(HeredocScript.file(run).orElseThrow().body()).isEqualTo("#!/bin/awk -f\nBEGIN {}\n");
  }
}
