package dev.jbuild.parser;

import java.util.Optional;

/**
 * The parser directives at the top of a file (Dockerfile reference, "Parser directives").
 *
 * @param escape backslash, or backtick
 * @param syntax the frontend image that the author asks for, up to the first blank
 * @param check options of the build checks, as written
 */
public record Directives(char escape, Optional<String> syntax, Optional<String> check) {}
