package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import java.io.IOException;

/** Where an archive is extracted: finds, and makes, the folders that its entries lie in. */
interface ExtractionRoot {
  /**
   * Opens the folder with this cleaned path, making what is missing.
   *
   * @throws ArchiveException when something else than a folder is in the way
   */
  Dir open(String path) throws IOException;

  /** Opens the folder with this cleaned path; fails when there is none. */
  Dir openExisting(String path) throws IOException;

  /** The path below the root at which an entry with this cleaned path lands. */
  String landing(String path) throws IOException;

  /** Tells whether something below shows through a new folder that was not there before. */
  boolean hidesFolder(String landing) throws IOException;
}
