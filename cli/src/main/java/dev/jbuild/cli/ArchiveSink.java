package dev.jbuild.cli;

import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.TreeSink;
import dev.jbuild.linux.OpenFile;
import java.io.IOException;

/** Files as they come, into a tar. */
record ArchiveSink(ArchiveWriter out) implements TreeSink {
  @Override
  public void directory(String path, Meta meta) throws IOException {
    out.directory(path, meta);
  }

  @Override
  public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
    out.file(path, meta, size, content);
  }

  @Override
  public void symlink(String path, Meta meta, String target) throws IOException {
    out.symlink(path, meta, target);
  }

  @Override
  public void hardLink(String path, Meta meta, String first) throws IOException {
    out.hardLink(path, meta, first);
  }

  @Override
  public void node(String path, Meta meta, int type, long device) throws IOException {
    out.node(path, meta, type, device);
  }
}
