/**
 * Processes in sandboxes: Java decides, the C shim beside it does.
 *
 * <p>A {@link dev.jbuild.runtime.Sandbox} says what is wanted; {@link dev.jbuild.runtime.Shim} runs
 * many of them for a build, {@link dev.jbuild.runtime.Supervisor} one that lives on by itself.
 */
@NullMarked
package dev.jbuild.runtime;

import org.jspecify.annotations.NullMarked;
