package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.parser.Dockerfile;
import java.util.List;

/**
 * What a build gave: images in the store, not yet named.
 *
 * @param image what names are to point at; with several platforms its target is an index
 * @param platforms one image for each platform that was asked for, in that order
 * @param dockerfile what it was built from
 */
public record BuildResult(LocalImage image, List<LocalImage> platforms, Dockerfile dockerfile) {
  public BuildResult {
    platforms = List.copyOf(platforms);
  }
}
