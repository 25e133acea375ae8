/** The system calls that {@code java.nio} has no word for, through one FFM handle. */
@NullMarked
package dev.jbuild.linux;

import org.jspecify.annotations.NullMarked;
