/** A registry: the server's side of the OCI distribution specification, over a store of blobs. */
@NullMarked
package dev.jbuild.engine.distribution;

import org.jspecify.annotations.NullMarked;
