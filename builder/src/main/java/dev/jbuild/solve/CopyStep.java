package dev.jbuild.solve;

import dev.jbuild.cache.Accounts;
import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import dev.jbuild.context.StackTree;
import dev.jbuild.copy.CopyException;
import dev.jbuild.copy.CopyPlanner;
import dev.jbuild.copy.CopySpec;
import dev.jbuild.copy.ModeChange;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.layer.TreeResult;
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

  /** What ADD unpacks instead of copying it. */
  private static final class Archives {
    private final List<SourceNode> nodes = new ArrayList<>();

    /** What comes later in the line wins. */
    private boolean afterFiles;

    boolean take(SourceNode node) throws IOException {
      boolean archive = Compression.looksLikeTar(node.host());
      if (archive) {
        nodes.add(node);
      } else {
        afterFiles |= nodes.isEmpty();
      }
      return archive;
    }
  }

  CopyStep(Surroundings around, Kitchen kitchen, StageState state, Request request) {
    this.kitchen = kitchen;
    this.state = state;
    this.request = request;
    this.contents = new Contents(around);
  }

  Kitchen.Made execute(String title, boolean fresh) throws IOException, InterruptedException {
    // --link looks at nothing below, but for permissions that have to be changed (BuildKit)
    boolean alone = request.flags().link() && request.flags().chmod().isEmpty();
    LayerStack below = new LayerStack(alone ? List.of() : state.layers);
    Optional<int[]> owner =
        request.flags().chown().isPresent()
            ? Optional.of(
                owner(alone ? Accounts.of(below) : state.accounts(), request.flags().chown().get()))
            : Optional.empty();
    CopyPlanner planner = new CopyPlanner(below);
    Archives archives = new Archives();
    List<SourceTree> trees = new ArrayList<>();
    try {
      for (Part part : request.parts()) {
        kitchen.evidence().tree(part.tree());
        trees.add(part.tree());
        CopySpec spec = spec(part.tree(), part.words(), owner);
        planner.add(spec, node -> part.unpack() && archives.take(node));
      }
      if (!request.heredocs().isEmpty()) {
        addHeredocs(planner, spec(new StackTree(below), List.of(), owner));
      }
      return execute(
          new Plan(title, fresh, below, planner.entries(), trees, archives, owner), op());
    } catch (CopyException e) {
      throw new BuildException(
          request.span(),
          "failed to compute cache key: failed to calculate checksum of: " + e.getMessage());
    }
  }

  private record Plan(
      String title,
      boolean fresh,
      LayerStack below,
      List<PlannedEntry> entries,
      List<SourceTree> trees,
      Archives archives,
      Optional<int[]> owner) {}

  private Digest op() {
    return Digest.sha256(
        (request.add() ? "add\n" : "copy\n")
            + request.parts().stream()
                .map(p -> String.join("\0", p.words()))
                .collect(Collectors.joining("\0"))
            + "\0"
            + request.target());
  }

  private Kitchen.Made execute(Plan plan, Digest op) throws IOException, InterruptedException {
    if (plan.archives().nodes.isEmpty() && (plan.fresh() || !kitchen.isSeen(op))) {
      return kitchen.serveUnseen(plan.title(), op, plan.fresh(), state, _ -> copyAndRead(plan, op));
    }
    List<PlannedEntry> entries = contents.of(plan.entries(), plan.trees());
    return kitchen.serve(
        new Kitchen.Order(plan.title(), op, inputs(entries, plan.archives().nodes), plan.fresh()),
        state,
        _ -> {
          if (entries.isEmpty() && plan.archives().nodes.isEmpty()) {
            return Optional.empty();
          }
          try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
            if (!plan.archives().afterFiles) {
              unpack(draft, plan);
            }
            write(draft, entries, plan, op);
            if (plan.archives().afterFiles) {
              unpack(draft, plan);
            }
            return Optional.of(draft.commit());
          }
        });
  }

  private void unpack(Draft draft, Plan plan) throws IOException {
    for (SourceNode archive : plan.archives().nodes) {
      try (InputStream in = Files.newInputStream(archive.host())) {
        kitchen.layers().extractArchive(draft, plan.below(), request.target(), in, plan.owner());
      }
    }
  }

  /** Reads every byte once: for the copy, the digest of its file and that of the layer. */
  private Kitchen.Done copyAndRead(Plan plan, Digest op) throws IOException {
    Optional<Layer> before = plan.fresh() ? kitchen.previous(op) : Optional.empty();
    List<PlannedEntry> entries = contents.known(plan.entries(), plan.trees());
    if (before.isPresent() && kitchen.layers().isSame(entries, before.get())) {
      return new Kitchen.Done(before, inputs(entries, List.of()));
    }
    if (entries.isEmpty()) {
      return new Kitchen.Done(Optional.empty(), inputs(entries, List.of()));
    }
    try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
      List<PlannedEntry> read =
          contents.learn(entries, write(draft, entries, plan, op).contents(), plan.trees());
      return new Kitchen.Done(Optional.of(draft.commit()), inputs(read, List.of()));
    }
  }

  /** What the same instruction copied before is linked where it is still the same. */
  private TreeResult write(Draft draft, List<PlannedEntry> entries, Plan plan, Digest op)
      throws IOException {
    Optional<Layer> previous = plan.fresh() ? Optional.empty() : kitchen.previous(op);
    return kitchen.layers().write(draft, entries, previous, _ -> {});
  }

  private SequencedMap<String, String> inputs(List<PlannedEntry> entries, List<SourceNode> archives)
      throws IOException {
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    entries.forEach(e -> inputs.put(e.path(), Contents.describe(e)));
    inputs.put("target", request.target());
    for (SourceNode archive : archives) {
      Digest digest = contents.digest(archive, request.parts());
      inputs.put("archive " + archive.path(), digest.toString());
      inputs.put("parent", state.chain.toString());
    }
    SequencedMap<String, String> summary = new LinkedHashMap<>();
    summary.put("files", Digest.sha256(inputs.toString()).toString());
    return summary;
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
          flags.parents(),
          flags.ifExists());
    } catch (CopyException e) {
      throw new BuildException(request.span(), String.valueOf(e.getMessage()));
    }
  }

  private void addHeredocs(CopyPlanner planner, CopySpec spec) throws IOException {
    for (Heredoc heredoc : request.heredocs()) {
      planner.addBytes(heredoc.name(), heredoc.body().getBytes(StandardCharsets.UTF_8), spec);
    }
  }

  private int[] owner(Accounts accounts, String text) {
    boolean nothing = state.layers.isEmpty() || request.flags().link();
    if (nothing && !accounts.missing(text).isEmpty()) {
      throw new BuildException(
          request.span(),
          "--chown="
              + text
              + ": names are looked up in /etc/passwd and /etc/group of the stage, and "
              + (request.flags().link() ? "--link does not look there" : "it has no files yet")
              + "; use numbers");
    }
    return accounts.owner(text);
  }
}
