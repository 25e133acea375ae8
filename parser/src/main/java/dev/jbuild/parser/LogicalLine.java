package dev.jbuild.parser;

import java.util.List;

/**
 * An instruction's text with continuations joined.
 *
 * @param text without blanks around it
 * @param original as it was joined
 * @param comments the comment lines above it
 */
record LogicalLine(Span span, String text, String original, List<String> comments) {}
