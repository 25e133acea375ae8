/** What the shim is told of networks: the plan of a container's helper, and the helper's roles. */
@NullMarked
package dev.jbuild.runtime.net;

import org.jspecify.annotations.NullMarked;
