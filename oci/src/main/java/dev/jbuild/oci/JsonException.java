package dev.jbuild.oci;

/** Some text is not the JSON that it should be. */
public final class JsonException extends RuntimeException {
  public JsonException(String message) {
    super(message);
  }
}
