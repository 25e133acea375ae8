/** Goals that run a jbuild distribution as a process, so that they work in any Java of Maven. */
@NullMarked
package dev.jbuild.maven;

import org.jspecify.annotations.NullMarked;
