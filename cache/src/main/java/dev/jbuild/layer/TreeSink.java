package dev.jbuild.layer;

import dev.jbuild.linux.OpenFile;
import java.io.IOException;

/** Takes the files of a tree one by one, every folder before what lies in it. */
public interface TreeSink {
  /** A folder; its path is relative, as all others. */
  void directory(String path, Meta meta) throws IOException;

  /** A regular file with the content of an open one. */
  void file(String path, Meta meta, long size, OpenFile content) throws IOException;

  void symlink(String path, Meta meta, String target) throws IOException;

  /** A further name of a file that came before. */
  void hardLink(String path, Meta meta, String first) throws IOException;

  /**
   * A device or a fifo.
   *
   * @param type the type bits of st_mode
   * @param device the number of a device
   */
  void node(String path, Meta meta, int type, long device) throws IOException;
}
