/**
 * End-to-end tests: each calls the checkout's {@code ./jbuild} as a user does, on real base images
 * from a real registry, and judges the result with other people's tools.
 */
@NullMarked
package dev.jbuild.it;

import org.jspecify.annotations.NullMarked;
