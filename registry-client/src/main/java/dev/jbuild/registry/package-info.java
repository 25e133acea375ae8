/**
 * A client of the OCI distribution specification 1.1: manifests as the bytes that were signed,
 * blobs verified while they stream, credentials that never leave the host they are for.
 *
 * <p>Nothing of {@code java.net.http} is loaded before the first request.
 */
@NullMarked
package dev.jbuild.registry;

import org.jspecify.annotations.NullMarked;
