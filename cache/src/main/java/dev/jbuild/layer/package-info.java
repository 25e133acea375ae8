/** Layers as folders and as tars: packing, safe extraction, and what is known of each. */
@NullMarked
package dev.jbuild.layer;

import org.jspecify.annotations.NullMarked;
