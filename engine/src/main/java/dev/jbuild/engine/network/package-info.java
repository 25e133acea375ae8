/**
 * Networks of containers: what they are, which addresses and ports containers get, what is told to
 * the shim's helper.
 */
@NullMarked
package dev.jbuild.engine.network;

import org.jspecify.annotations.NullMarked;
