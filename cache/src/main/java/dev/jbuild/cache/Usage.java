package dev.jbuild.cache;

/**
 * What the store holds, a file that several layers link counted once.
 *
 * @param images manifests and indexes that have a name, or lost it
 * @param imagesInUse those of them that containers are made from
 * @param imageBytes layers and blobs of images
 * @param imageBytesInUse those of images that containers are made from
 * @param records steps of the build cache, cache mounts and checkouts
 * @param recordsInUse those whose layer an image or container has
 * @param cacheBytes what only the build cache has
 * @param garbageBytes layers and blobs that nobody has
 */
public record Usage(
    int images,
    int imagesInUse,
    long imageBytes,
    long imageBytesInUse,
    int records,
    int recordsInUse,
    long cacheBytes,
    long garbageBytes) {}
