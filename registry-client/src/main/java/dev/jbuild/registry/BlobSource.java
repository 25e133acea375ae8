package dev.jbuild.registry;

import java.io.IOException;
import java.io.InputStream;

/** Content that can be read more than once: an upload that breaks is read again. */
@FunctionalInterface
public interface BlobSource {
  /** Opens the content at its first byte; whoever opens it closes it. */
  InputStream open() throws IOException;
}
