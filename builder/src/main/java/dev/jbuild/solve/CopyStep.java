package dev.jbuild.solve;

import dev.jbuild.cache.Accounts;
import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import dev.jbuild.copy.CopyException;
import dev.jbuild.copy.CopyPlanner;
import dev.jbuild.copy.CopySpec;
import dev.jbuild.copy.ModeChange;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.oci.Digest;
import dev.jbuild.parser.CopyFlags;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.Span;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** A COPY or ADD of files that are on this machine by now. */
final class CopyStep {
  private final Surroundings around;
  private final Kitchen kitchen;
  private final StageState state;
  private final Request request;
  private final Contents contents;

  /**
   * Sources of one tree.
   *
   * @param words paths and patterns, expanded
   * @param unpack archives among them are unpacked
   */
  record Part(SourceTree tree, List<String> words, boolean unpack) {}

  /**
   * What the instruction says, target and flags expanded.
   *
   * @param heredocs their bodies expanded
   */
  record Request(
      Span span,
      boolean add,
      List<Part> parts,
      String target,
      CopyFlags flags,
      List<Heredoc> heredocs) {}

  CopyStep(Surroundings around, Kitchen kitchen, StageState state, Request request) {
    this.around = around;
    this.kitchen = kitchen;
    this.state = state;
    this.request = request;
    this.contents = new Contents(around);
  }

  Kitchen.Made execute(String title, boolean fresh) throws IOException, InterruptedException {
    LayerStack below = new LayerStack(state.layers);
    Optional<int[]> owner = request.flags().chown().map(o -> owner(below, o));
    CopyPlanner planner = new CopyPlanner(below);
    List<SourceNode> archives = new ArrayList<>();
    List<PlannedEntry> entries;
    try {
      for (Part part : request.parts()) {
        kitchen.evidence().tree(part.tree());
        CopySpec spec = spec(part.tree(), part.words(), owner);
        planner.add(part.unpack() ? withoutArchives(spec, archives) : spec);
      }
      addHeredocs(planner, spec(around.context(), List.of(), owner));
      entries = contents.of(planner.entries(), request.parts().stream().map(Part::tree).toList());
    } catch (CopyException e) {
      throw new BuildException(
          request.span(),
          "failed to compute cache key: failed to calculate checksum of: " + e.getMessage());
    }
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    entries.forEach(e -> inputs.put(e.path(), Contents.describe(e)));
    inputs.put("target", request.target());
    for (SourceNode archive : archives) {
      inputs.put("archive " + archive.path(), contents.digest(archive).toString());
      inputs.put("parent", state.chain.toString());
    }
    Digest op =
        Digest.sha256(
            (request.add() ? "add\n" : "copy\n")
                + request.parts().stream()
                    .map(p -> String.join("\0", p.words()))
                    .collect(Collectors.joining("\0"))
                + "\0"
                + request.target());
    SequencedMap<String, String> summary = new LinkedHashMap<>();
    summary.put("files", Digest.sha256(inputs.toString()).toString());
    return kitchen.serve(
        new Kitchen.Order(title, op, summary, fresh),
        state,
        _ -> write(below, entries, archives, owner));
  }

  private Optional<Layer> write(
      LayerStack below,
      List<PlannedEntry> entries,
      List<SourceNode> archives,
      Optional<int[]> owner)
      throws IOException {
    if (entries.isEmpty() && archives.isEmpty()) {
      return Optional.empty();
    }
    try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
      if (!entries.isEmpty()) {
        kitchen.layers().write(draft, entries, Optional.empty(), _ -> {});
      }
      for (SourceNode archive : archives) {
        try (InputStream in = Files.newInputStream(archive.host())) {
          kitchen.layers().extractArchive(draft, below, request.target(), in, owner);
        }
      }
      return Optional.of(draft.commit());
    }
  }

  private CopySpec spec(SourceTree tree, List<String> words, Optional<int[]> owner) {
    CopyFlags flags = request.flags();
    try {
      return new CopySpec(
          tree,
          words,
          request.target(),
          owner,
          flags.chmod().map(ModeChange::parse),
          flags.excludes(),
          flags.parents());
    } catch (CopyException e) {
      throw new BuildException(request.span(), String.valueOf(e.getMessage()));
    }
  }

  /** ADD unpacks local archives: they leave the list of files to copy. */
  private CopySpec withoutArchives(CopySpec spec, List<SourceNode> archives) throws IOException {
    List<String> plain = new ArrayList<>();
    for (String source : spec.sources()) {
      boolean archive = false;
      for (SourceNode node : CopyPlanner.select(spec.tree(), source)) {
        if (node.isRegular() && Compression.looksLikeTar(node.host())) {
          archives.add(node);
          archive = true;
        }
      }
      if (!archive) {
        plain.add(source);
      }
    }
    return new CopySpec(
        spec.tree(),
        plain,
        spec.target(),
        spec.owner(),
        spec.mode(),
        spec.excludes(),
        spec.parents());
  }

  private void addHeredocs(CopyPlanner planner, CopySpec spec) throws IOException {
    for (Heredoc heredoc : request.heredocs()) {
      planner.addBytes(heredoc.name(), heredoc.body().getBytes(StandardCharsets.UTF_8), spec);
    }
  }

  private int[] owner(LayerStack below, String text) {
    try {
      return Accounts.of(below).owner(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (IllegalArgumentException e) {
      throw new BuildException(request.span(), String.valueOf(e.getMessage()));
    }
  }
}
