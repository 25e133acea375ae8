package dev.jbuild.parser;

/** Lines of a Dockerfile, from 1, both inclusive. */
public record Span(int firstLine, int lastLine) {}
