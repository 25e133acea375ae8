package dev.jbuild.layer;

import java.util.ArrayList;
import java.util.List;

/**
 * Which parts of a sparse file an archive has (GNU tar, Storing Sparse Files).
 *
 * @param size of the whole file, or -1 for a file that is not sparse
 */
record SparseMap(long size, List<Part> parts) {
  static final SparseMap NONE = new SparseMap(-1, List.of());

  record Part(long offset, long length) {}

  SparseMap {
    parts = List.copyOf(parts);
  }

  boolean isSparse() {
    return size >= 0;
  }

  /**
   * Checks that the parts ascend within the file and have as many bytes as the archive.
   *
   * @param stored the bytes that follow in the archive
   */
  static SparseMap of(long size, List<Long> numbers, long stored) throws ArchiveException {
    if (numbers.size() % 2 != 0) {
      throw new ArchiveException("the archive has a broken map of a sparse file");
    }
    List<Part> parts = new ArrayList<>();
    long end = 0;
    long sum = 0;
    for (int i = 0; i < numbers.size(); i += 2) {
      long offset = numbers.get(i);
      long length = numbers.get(i + 1);
      if (offset < end || length < 0 || offset > size - length) {
        throw new ArchiveException("the archive has a broken map of a sparse file");
      }
      end = offset + length;
      sum += length;
      if (length > 0) {
        parts.add(new Part(offset, length));
      }
    }
    if (sum != stored) {
      throw new ArchiveException("the archive lies about the size of a sparse file");
    }
    return new SparseMap(size, parts);
  }
}
