package dev.jbuild.parser;

import java.util.List;

/** An instruction's text with continuations joined, its here-documents taken out of the file. */
record LogicalLine(Span span, String text, List<Heredoc> heredocs) {}
