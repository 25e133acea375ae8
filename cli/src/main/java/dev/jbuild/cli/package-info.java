/** The command line: one file per verb, the composition root, the exit codes. */
@NullMarked
package dev.jbuild.cli;

import org.jspecify.annotations.NullMarked;
