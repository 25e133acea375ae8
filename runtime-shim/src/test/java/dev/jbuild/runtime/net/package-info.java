/** Networks of their own, in namespaces that end with the tests. */
@NullMarked
package dev.jbuild.runtime.net;

import org.jspecify.annotations.NullMarked;
