package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.container.Events;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.Map;

/** Writes down what happens to images, for {@code events}. */
final class ImageEvents {
  private static final String NAME = "name";

  private ImageEvents() {}

  /** Of the image itself: {@code load}, {@code save}, {@code import}, {@code untag}. */
  static void of(Session session, String action, LocalImage image) throws IOException {
    String id = image.id().toString();
    append(session, action, id, labels(image).with(NAME, id));
  }

  /** It has got a name. */
  static void tagged(Session session, LocalImage image, ImageReference name) throws IOException {
    append(session, "tag", image.id().toString(), labels(image).with(NAME, name.familiar()));
  }

  /** It came from a registry or went to one: {@code pull}, {@code push}. */
  static void moved(Session session, String action, LocalImage image, ImageReference name)
      throws IOException {
    append(session, action, name.familiar(), labels(image).with(NAME, name.familiarName()));
  }

  /** It is gone. */
  static void deleted(Session session, String id) throws IOException {
    append(session, "delete", id, Json.obj().with(NAME, id));
  }

  private static Json.Obj labels(LocalImage image) {
    Json.Obj labels = Json.obj();
    for (Map.Entry<String, String> label : image.config().config().labels().entrySet()) {
      labels = labels.with(label.getKey(), label.getValue());
    }
    return labels;
  }

  private static void append(Session session, String action, String id, Json.Obj attributes)
      throws IOException {
    Events.append(session.parts().containers().events(), "image", action, id, attributes);
  }
}
