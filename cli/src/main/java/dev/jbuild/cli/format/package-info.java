/** How results are printed: tables, sizes, durations, templates. */
@NullMarked
package dev.jbuild.cli.format;

import org.jspecify.annotations.NullMarked;
