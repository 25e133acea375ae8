/** Runs the instruction graph: cache lookups, scheduling, execution, events. */
@NullMarked
package dev.jbuild.solve;

import org.jspecify.annotations.NullMarked;
