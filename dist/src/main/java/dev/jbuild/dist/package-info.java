/** Makes the archive and the Debian package from what the other modules have built. */
@NullMarked
package dev.jbuild.dist;

import org.jspecify.annotations.NullMarked;
