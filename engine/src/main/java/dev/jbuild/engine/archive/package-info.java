/** Images as they leave the store and come into it: packed layers, manifests, archives. */
@NullMarked
package dev.jbuild.engine.archive;

import org.jspecify.annotations.NullMarked;
