/** From a Dockerfile to the graph of steps that the target needs, and the config that comes out. */
@NullMarked
package dev.jbuild.plan;

import org.jspecify.annotations.NullMarked;
