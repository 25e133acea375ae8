package dev.jbuild.parser;

import dev.jbuild.grammar.InstructionLexer;
import dev.jbuild.grammar.InstructionParser;
import java.util.List;
import java.util.Locale;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;

/**
 * A logical line cut by the grammar.
 *
 * @param keyword in upper case
 * @param flags as written
 * @param rest left-trimmed
 */
record RawInstruction(LogicalLine line, String keyword, List<String> flags, String rest) {

  static RawInstruction read(LogicalLine line) {
    InstructionLexer lexer = new InstructionLexer(CharStreams.fromString(line.text()));
    lexer.removeErrorListeners();
    InstructionParser parser = new InstructionParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
    InstructionParser.InstructionContext tree = parser.instruction();
    if (tree.word == null || parser.getNumberOfSyntaxErrors() > 0) {
      throw new DockerfileException(line.span(), "cannot read this line as an instruction");
    }
    return new RawInstruction(
        line,
        tree.word.getText().toUpperCase(Locale.ROOT),
        tree.flags.stream().map(Token::getText).toList(),
        tree.rest == null ? "" : tree.rest.getText().strip());
  }

  Span span() {
    return line.span();
  }

  DockerfileException error(String message) {
    return new DockerfileException(span(), message);
  }
}
