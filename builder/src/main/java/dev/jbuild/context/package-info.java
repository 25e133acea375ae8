/** Where COPY and ADD take from: build contexts, stages and images, as trees of read-only nodes. */
@NullMarked
package dev.jbuild.context;

import org.jspecify.annotations.NullMarked;
