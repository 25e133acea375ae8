package dev.jbuild.layer;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import java.util.Optional;

/**
 * What is known of a layer without looking into it again.
 *
 * @param diffId the digest of its uncompressed tar
 * @param content the digest of the tree without modification times: names, types, modes, owners,
 *     sizes, link targets, extended attributes, bytes, removals. For a layer that was pulled, whose
 *     tar stays the original one, a digest derived from the DiffId
 * @param tarSize the length of the uncompressed tar
 * @param bytes the sum of the file sizes
 * @param files the number of entries of every kind
 * @param blob the compressed original of a pulled layer, whose tar cannot be made again from the
 *     folder
 */
public record LayerFacts(
    DiffId diffId,
    Digest content,
    long tarSize,
    long bytes,
    int files,
    Optional<Descriptor> blob) {}
