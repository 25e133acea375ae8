package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;

/**
 * A manifest or index as a registry gave it.
 *
 * @param descriptor its media type, digest and size; the digest has been checked
 * @param bytes exactly what came over the wire; pushing these again gives the same digest
 * @param servedBy host and port of the registry or mirror that served it
 */
public record Resolved(Descriptor descriptor, byte[] bytes, String servedBy) {}
