package dev.jbuild.layer;

/**
 * One entry as an archive tells it, nothing of it checked against the file system.
 *
 * @param name as written, {@code ../} and all
 * @param type the typeflag; sparse and contiguous files are {@code '0'}
 * @param size of the data that follows in the archive
 * @param holes where the data of a sparse file belongs
 */
record TarEntry(
    String name, char type, Meta meta, long size, String link, long device, SparseMap holes) {
  static final char FILE = '0';
  static final char HARD_LINK = '1';
  static final char SYMLINK = '2';
  static final char CHARACTER = '3';
  static final char BLOCK = '4';
  static final char DIRECTORY = '5';
  static final char FIFO = '6';
}
