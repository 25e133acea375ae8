/**
 * Values of the OCI image and distribution specifications, and their JSON.
 *
 * <p>Everything here is immutable and depends on nothing else of jbuild. {@link
 * dev.jbuild.oci.Json} is the only class that sees Jackson.
 */
@NullMarked
package dev.jbuild.oci;

import org.jspecify.annotations.NullMarked;
