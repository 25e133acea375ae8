/**
 * The system calls that {@code java.nio} has no word for, through a small library of our own over
 * JNI.
 */
@NullMarked
package dev.jbuild.linux;

import org.jspecify.annotations.NullMarked;
