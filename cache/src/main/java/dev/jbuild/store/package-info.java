/** Content by digest, names, and the leases that keep what is in use. */
@NullMarked
package dev.jbuild.store;

import org.jspecify.annotations.NullMarked;
