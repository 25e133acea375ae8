/** What steps gave: records by key, locks between builds, digests of files by their stat. */
@NullMarked
package dev.jbuild.cache;

import org.jspecify.annotations.NullMarked;
