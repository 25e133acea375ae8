package dev.jbuild.layer;

import java.nio.file.Path;

/**
 * A committed layer: a folder that is never changed again, ready to be a lower folder of an
 * overlay.
 *
 * <p>What the layer removes is written as overlayfs has it: a character device 0:0 for a removed
 * name, {@code trusted.overlay.opaque} (or {@code user.overlay.opaque}) for a folder whose lower
 * content is hidden.
 *
 * @param fs the folder with the files
 */
public record Layer(LayerId id, Path fs) {}
