package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.container.Container;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Removes names of images, and with the last name the image. */
final class RmiVerb implements Verb {
  private final String name;

  RmiVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "IMAGE [IMAGE...]", "Remove images")
        .flag("-f --force", "Also when it has several names, or a container that is not running")
        .flag("--no-prune", "Keep the image when its last name is removed")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean force = arguments.flag("--force");
    boolean keep = arguments.flag("--no-prune");
    return Operands.each(
        arguments.operands(), this, session, image -> remove(session, image, force, keep));
  }

  private static void remove(Session session, String operand, boolean force, boolean keep)
      throws IOException {
    LocalImage image = StoredImage.find(session, operand);
    Names names = session.parts().store().names();
    List<ImageReference> all = new ArrayList<>();
    for (Names.Named named : names.list()) {
      if (named.target().digest().equals(image.target().digest())) {
        named.reference().ifPresent(all::add);
      }
    }
    Optional<ImageReference> written = all.stream().filter(r -> isWritten(r, operand)).findFirst();
    if (written.isEmpty() && all.size() > 1 && !force) {
      throw EngineVerb.failure(
          "conflict: unable to delete "
              + image.id().shortHex()
              + " (must be forced) - image is referenced in multiple repositories");
    }
    if (written.isEmpty() || all.size() == 1) {
      checkUse(session, operand, image, written.isPresent(), force);
    }
    List<ImageReference> going = written.isPresent() ? List.of(written.get()) : all;
    boolean last = going.size() == all.size();
    for (ImageReference name : going) {
      names.remove(name);
      ImageEvents.of(session, "untag", image);
      session.out().println("Untagged: " + name.familiar());
    }
    if (last && keep) {
      names.addUntagged(image.target());
    } else if (last) {
      names.removeUntagged(image.target().digest());
      ImageEvents.deleted(session, image.id().toString());
      session.out().println("Deleted: " + image.id());
    }
  }

  /** Whether no container is in the way; by force only one that runs, and only of an id. */
  private static void checkUse(
      Session session, String operand, LocalImage image, boolean byName, boolean force)
      throws IOException {
    if (force && byName) {
      return;
    }
    for (Container container : session.parts().containers().all()) {
      if (!container.imageId().equals(image.id().toString())) {
        continue;
      }
      String user = container.shortId();
      if (byName) {
        throw EngineVerb.failure(
            "conflict: unable to remove repository reference \"%s\" (must force) - container %s is using its referenced image %s"
                .formatted(operand, user, image.id().shortHex()));
      }
      boolean runs = container.state().supervised();
      if (runs || !force) {
        throw EngineVerb.failure(
            "conflict: unable to delete %s (%s) - image is being used by %s container %s"
                .formatted(
                    image.id().shortHex(),
                    runs ? "cannot be forced" : "must be forced",
                    runs ? "running" : "stopped",
                    user));
      }
    }
  }

  private static boolean isWritten(ImageReference name, String operand) {
    try {
      return name.equals(ImageReference.parse(operand).withDefaultTag());
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
