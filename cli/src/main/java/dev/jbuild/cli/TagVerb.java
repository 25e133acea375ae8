package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Store;
import java.io.IOException;

/** Gives an image another name. */
final class TagVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("tag", "SOURCE TARGET", "Give an image another name").operands(2, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Store store = session.parts().store();
    LocalImage image =
        new LocalImages(store, session.parts().layers())
            .find(arguments.operand(0), Platform.host())
            .orElseThrow(() -> new CommandException("No such image: " + arguments.operand(0), 1));
    store.names().set(ImageReference.parse(arguments.operand(1)), image.target());
    return 0;
  }
}
