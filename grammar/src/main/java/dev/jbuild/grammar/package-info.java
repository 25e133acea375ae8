/** The ANTLR grammar of Dockerfile instructions, and what is generated from it. */
@NullMarked
package dev.jbuild.grammar;

import org.jspecify.annotations.NullMarked;
