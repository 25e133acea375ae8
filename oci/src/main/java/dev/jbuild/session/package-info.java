/**
 * What a process of an ordinary user may do in the user namespace that the shim has put it into.
 */
@NullMarked
package dev.jbuild.session;

import org.jspecify.annotations.NullMarked;
