/** Text to instructions: logical lines, the instruction model, expansion, ignore patterns. */
@NullMarked
package dev.jbuild.parser;

import org.jspecify.annotations.NullMarked;
