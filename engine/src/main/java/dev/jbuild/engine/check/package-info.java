/** Looks a store over: whether everything is there and is what its name says. */
@NullMarked
package dev.jbuild.engine.check;

import org.jspecify.annotations.NullMarked;
