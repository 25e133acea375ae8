/** An SSH agent for RUN steps: somebody else's, passed on, or keys from files. */
@NullMarked
package dev.jbuild.ssh;

import org.jspecify.annotations.NullMarked;
