package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;

/** What a build gave: an image in the store, not yet named. */
public record BuildResult(LocalImage image) {}
