/** The checks of a Dockerfile that builds (Docker reference, "Build checks"). */
@NullMarked
package dev.jbuild.parser.check;

import org.jspecify.annotations.NullMarked;
