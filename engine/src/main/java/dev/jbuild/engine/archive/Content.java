package dev.jbuild.engine.archive;

import java.io.IOException;
import java.io.InputStream;

/** Bytes that can be read more than once; whoever opens them closes them. */
@FunctionalInterface
public interface Content {
  InputStream open() throws IOException;
}
