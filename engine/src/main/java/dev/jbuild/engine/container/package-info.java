/** Containers: what they are, and their life under a supervisor, without a daemon. */
@NullMarked
package dev.jbuild.engine.container;

import org.jspecify.annotations.NullMarked;
