/** The build cache on its way to other machines and back: steps with what they made. */
@NullMarked
package dev.jbuild.engine.buildcache;

import org.jspecify.annotations.NullMarked;
