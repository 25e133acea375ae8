package dev.jbuild.parser.check;

import java.util.Locale;
import java.util.Optional;

/** The build checks, named and worded as BuildKit has them. */
public enum Rule {
  STAGE_NAME_CASING("Stage names should be lowercase"),
  FROM_AS_CASING("The 'as' keyword should match the case of the 'from' keyword"),
  NO_EMPTY_CONTINUATION("Empty continuation lines will become errors in a future release"),
  CONSISTENT_INSTRUCTION_CASING(
      "All commands within the Dockerfile should use the same casing (either upper or lower)"),
  DUPLICATE_STAGE_NAME("Stage names should be unique"),
  RESERVED_STAGE_NAME("Reserved words should not be used as stage names"),
  JSON_ARGS_RECOMMENDED(
      "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS"
          + " signals"),
  MAINTAINER_DEPRECATED(
      "The MAINTAINER instruction is deprecated, use a label instead to define an image author"),
  UNDEFINED_ARG_IN_FROM("FROM command must use declared ARGs"),
  WORKDIR_RELATIVE_PATH(
      "Relative workdir without an absolute workdir declared within the build can have unexpected"
          + " results if the base image changes"),
  UNDEFINED_VAR("Variables should be defined before their use"),
  MULTIPLE_INSTRUCTIONS_DISALLOWED(
      "Multiple instructions of the same type should not be used in the same stage"),
  LEGACY_KEY_VALUE_FORMAT("Legacy key/value format with whitespace separator should not be used"),
  INVALID_BASE_IMAGE_PLATFORM("Base image platform does not match expected target platform"),
  REDUNDANT_TARGET_PLATFORM(
      "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default"
          + " behavior"),
  SECRETS_USED_IN_ARG_OR_ENV("Sensitive data should not be used in the ARG or ENV commands"),
  INVALID_DEFAULT_ARG_IN_FROM(
      "Default value for global ARG results in an empty or invalid base image name"),
  FROM_PLATFORM_FLAG_CONST_DISALLOWED("FROM --platform flag should not use a constant value"),
  COPY_IGNORED_FILE("Attempting to Copy file that is excluded by .dockerignore"),
  INVALID_DEFINITION_DESCRIPTION(
      "Comment for build stage or argument should follow the format: `# <arg/stage name>"
          + " <description>`. If this is not intended to be a description comment, add an empty line"
          + " or comment between the instruction and the comment."),
  EXPOSE_PROTO_CASING("Protocol in EXPOSE instruction should be lowercase"),
  EXPOSE_INVALID_FORMAT(
      "IP address and host-port mapping should not be used in EXPOSE instruction. This will become"
          + " an error in a future release");

  private static final String PAGES = "https://docs.docker.com/go/dockerfile/rule/";

  private final String description;
  private final String title;

  Rule(String description) {
    this.description = description;
    this.title = title(name());
  }

  private static String title(String constant) {
    StringBuilder title = new StringBuilder();
    for (String word : constant.split("_", -1)) {
      title
          .append(word.charAt(0))
          .append(word.equals("JSON") ? "SON" : word.substring(1).toLowerCase(Locale.ROOT));
    }
    return title.toString();
  }

  /** The name, e.g. {@code StageNameCasing}. */
  public String title() {
    return title;
  }

  /** What it wants, in a sentence. */
  public String description() {
    return description;
  }

  /** The page that explains it, where Docker has one. */
  public Optional<String> url() {
    return this == INVALID_BASE_IMAGE_PLATFORM
        ? Optional.empty()
        : Optional.of(PAGES + name().toLowerCase(Locale.ROOT).replace('_', '-') + "/");
  }

  /** Those that are off unless asked for. */
  public boolean isExperimental() {
    return this == INVALID_DEFINITION_DESCRIPTION;
  }
}
