package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.context.ContextTree;
import dev.jbuild.context.SourceNode;
import dev.jbuild.fetch.FetchException;
import dev.jbuild.fetch.GitAddress;
import dev.jbuild.fetch.HttpFiles;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.ChainId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.parser.Span;
import dev.jbuild.plan.ContextNames;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** What names stand for that no stage has: named contexts, and images. */
final class Origins {
  private static final String IMAGE = "docker-image://";
  private static final String LAYOUT = "oci-layout://";

  private final Layers layers;
  private final BaseImages images;
  private final Surroundings around;
  private final Kitchen kitchen;
  private final Events events;
  private final Remote remote;
  private final ContextNames names;

  Origins(
      Store store,
      Layers layers,
      BaseImages images,
      Surroundings around,
      Kitchen kitchen,
      Events events) {
    this.layers = layers;
    this.images = images;
    this.around = around;
    this.kitchen = kitchen;
    this.events = events;
    this.remote = new Remote(store, around.request, kitchen.evidence());
    this.names = new ContextNames(around.request.source().named());
  }

  Remote remote() {
    return remote;
  }

  /**
   * A named context of that name, else the image.
   *
   * @param title of the row that shows how an image is fetched; its reference is added
   */
  Origin find(Span span, String name, Platform platform, String title)
      throws IOException, InterruptedException {
    Optional<String> named = names.find(name, platform);
    try {
      return named.isPresent()
          ? context(name, named.get(), platform)
          : image(name, platform, title);
    } catch (BuildException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BuildException(
          span, "failed to parse stage name \"" + name + "\": " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      throw new BuildException(span, name + ": " + e.getMessage());
    }
  }

  private Origin context(String name, String value, Platform platform)
      throws IOException, InterruptedException {
    String title = "[context " + name + "] load ";
    if (value.startsWith(IMAGE)) {
      return image(value.substring(IMAGE.length()), platform, title);
    }
    if (value.startsWith(LAYOUT)) {
      return layout(value.substring(LAYOUT.length()), platform, title + value);
    }
    Optional<GitAddress> git = GitAddress.parse(value);
    if (git.isPresent()) {
      return new Origin.Folder(
          ContextTree.scan(
              around.shimBinary,
              remote.git(git.get(), Optional.empty(), false).folder(),
              IgnoreRules.parse(new byte[0])));
    }
    if (value.startsWith("http://") || value.startsWith("https://")) {
      return archive(value, platform);
    }
    if (value.contains("://") || value.startsWith("target:") || value.startsWith("input:")) {
      throw new FetchException(
          "unsupported context source "
              + value
              + " for "
              + name
              + "; there are folders, "
              + IMAGE
              + ", "
              + LAYOUT
              + ", Git repositories and archives at HTTP addresses");
    }
    Path folder = Path.of(value).toAbsolutePath().normalize();
    if (!Files.isDirectory(folder)) {
      throw new FetchException("the context " + value + " is no folder");
    }
    Path ignore = folder.resolve(".dockerignore");
    byte[] rules = Files.isRegularFile(ignore) ? Files.readAllBytes(ignore) : new byte[0];
    return new Origin.Folder(ContextTree.scan(around.shimBinary, folder, IgnoreRules.parse(rules)));
  }

  private Origin image(String name, Platform platform, String title) throws IOException {
    if (name.equals("scratch")) {
      return new Origin.Stack(StageState.nothing(platform));
    }
    ImageReference reference = ImageReference.parse(name).withDefaultTag();
    int vertex = events.start(title + reference);
    try {
      LocalImage image =
          images.get(
              reference,
              platform,
              around.request.cache().pull(),
              (item, current, total, done) ->
                  events.send(new BuildEvent.Transfer(vertex, item, current, total, done)));
      kitchen.evidence().image(reference, image);
      Origin origin = stack(image);
      events.finish(vertex, new Outcome.Ran());
      return origin;
    } catch (IOException | RuntimeException e) {
      events.finish(vertex, new Outcome.Failed(Reason.of(e)));
      throw e;
    }
  }

  /** {@code PATH[:TAG][@DIGEST]}. */
  private Origin layout(String value, Platform platform, String title) throws IOException {
    int vertex = events.start(title);
    try {
      kitchen.evidence().doubt();
      Origin origin = stack(images.layout(value, platform));
      events.finish(vertex, new Outcome.Ran());
      return origin;
    } catch (IOException | RuntimeException e) {
      events.finish(vertex, new Outcome.Failed(Reason.of(e)));
      throw e;
    }
  }

  private Origin stack(LocalImage image) throws IOException {
    if (!kitchen.hold(image.layers())) {
      throw new IOException("a layer was removed meanwhile; build again");
    }
    Digest chain =
        image.config().diffIds().isEmpty()
            ? Digest.sha256("empty")
            : ChainId.of(image.config().diffIds()).digest();
    return new Origin.Stack(new StageState(image.config(), image.layers(), chain));
  }

  /** An archive at an address, unpacked; another file stands alone. */
  private Origin archive(String address, Platform platform)
      throws IOException, InterruptedException {
    HttpFiles.Fetched fetched = remote.http(address, Optional.empty());
    if (!Compression.looksLikeTar(fetched.file())) {
      throw new FetchException(address + " is no archive, and so no context");
    }
    StageState state = StageState.nothing(platform);
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    inputs.put("archive", fetched.digest().toString());
    kitchen.serve(
        new Kitchen.Order(
            "[context] unpack " + address, Digest.sha256("context archive"), inputs, false),
        state,
        _ -> {
          try (Draft draft = layers.draft(kitchen.lease().id());
              InputStream in = Files.newInputStream(fetched.file())) {
            layers.extractArchive(
                draft, new LayerStack(List.of()), "/", in, Optional.of(new int[] {0, 0}));
            return Optional.of(draft.commit());
          }
        });
    return new Origin.Stack(state);
  }

  /** The files of a folder as a stage of one layer. */
  StageState layer(ContextTree tree, Platform platform) throws IOException, InterruptedException {
    SourceNode root = tree.lookup("").orElseThrow();
    FolderCopy copy = FolderCopy.plan(new Contents(around), tree, root);
    kitchen.evidence().tree(tree);
    StageState state = StageState.nothing(platform);
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    inputs.put("files", copy.digest().toString());
    kitchen.serve(
        new Kitchen.Order(
            "[context] load " + tree.folder(), Digest.sha256("context folder"), inputs, false),
        state,
        _ -> {
          try (Draft draft = layers.draft(kitchen.lease().id())) {
            copy.write(kitchen, draft);
            return Optional.of(draft.commit());
          }
        });
    return state;
  }
}
