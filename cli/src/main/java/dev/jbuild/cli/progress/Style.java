package dev.jbuild.cli.progress;

/** The colours of a display (ECMA-48, SGR), or none, as NO_COLOR wishes. */
record Style(boolean coloured) {
  String ended(String text) {
    return in("34", text);
  }

  String failed(String text) {
    return in("31", text);
  }

  String canceled(String text) {
    return in("33", text);
  }

  String warning(String text) {
    return in("33", text);
  }

  String faint(String text) {
    return in("2", text);
  }

  private String in(String code, String text) {
    return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
