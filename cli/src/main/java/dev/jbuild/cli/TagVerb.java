package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.util.List;

/** Gives an image another name. */
final class TagVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", "Give an image another name")
        .operands(2, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    ImageReference target = RunOptions.reference(arguments.operand(1));
    if (target.digest().isPresent()) {
      throw new UsageException("refusing to create a tag with a digest reference: " + target);
    }
    LocalImage image = StoredImage.find(session, arguments.operand(0));
    session.parts().localImages().name(List.of(target), image);
    ImageEvents.tagged(session, image, target);
    return 0;
  }
}
