/** Images and containers: what the command line talks to. */
@NullMarked
package dev.jbuild.engine;

import org.jspecify.annotations.NullMarked;
