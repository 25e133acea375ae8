/** Networks as files, and what the helper is told. */
@NullMarked
package dev.jbuild.engine.network;

import org.jspecify.annotations.NullMarked;
