/** What a container would see: a read-only merged view of stacked layers. */
@NullMarked
package dev.jbuild.snapshot;

import org.jspecify.annotations.NullMarked;
