/** Native files that jbuild carries in its jars: found beside a class and unpacked for its user. */
@NullMarked
package dev.jbuild.carried;

import org.jspecify.annotations.NullMarked;
