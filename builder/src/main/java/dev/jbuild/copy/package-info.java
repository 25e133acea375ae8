/** What COPY and ADD put where: decided in memory, before a byte is copied. */
@NullMarked
package dev.jbuild.copy;

import org.jspecify.annotations.NullMarked;
