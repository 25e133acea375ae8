package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Json;
import java.util.List;

/** An answer that is an error, with a code of the specification (spec.md, Error Codes). */
final class Refusal extends RuntimeException {
  private final int status;
  private final String code;

  Refusal(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  static Refusal noName(String name) {
    return new Refusal(404, "NAME_UNKNOWN", "repository name not known to registry: " + name);
  }

  static Refusal badDigest(String text) {
    return new Refusal(400, "DIGEST_INVALID", "not a digest that is known here: " + text);
  }

  static Refusal noMethod(String method) {
    return new Refusal(405, "UNSUPPORTED", "the operation is unsupported: " + method);
  }

  int status() {
    return status;
  }

  byte[] body() {
    return Json.obj()
        .with(
            "errors",
            new Json.Arr(
                List.of(
                    Json.obj().with("code", code).with("message", String.valueOf(getMessage())))))
        .bytes();
  }
}
