/** Files at addresses: over HTTP, and in Git repositories. */
@NullMarked
package dev.jbuild.fetch;

import org.jspecify.annotations.NullMarked;
