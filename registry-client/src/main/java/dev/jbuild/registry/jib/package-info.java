/** What is used of Jib-core: its way with credential helpers. No other package sees Jib. */
@NullMarked
package dev.jbuild.registry.jib;

import org.jspecify.annotations.NullMarked;
