/** Shows the events of a build on a terminal, as plain lines, or as JSON. */
@NullMarked
package dev.jbuild.cli.progress;

import org.jspecify.annotations.NullMarked;
