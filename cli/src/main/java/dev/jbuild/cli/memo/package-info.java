/**
 * Answers a build whose last run found everything in the cache, and of which nothing has changed
 * since, from a record of that run: without parsing options or the Dockerfile.
 */
@NullMarked
package dev.jbuild.cli.memo;

import org.jspecify.annotations.NullMarked;
