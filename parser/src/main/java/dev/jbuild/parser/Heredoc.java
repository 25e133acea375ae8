package dev.jbuild.parser;

/**
 * A here-document.
 *
 * @param fd the descriptor written before it; 0 where there is none
 * @param expand false when the word was quoted
 * @param chomp leading tabs are dropped
 * @param content as it stands in the file, tabs included
 */
public record Heredoc(String name, int fd, boolean expand, boolean chomp, String content) {
  Heredoc withContent(String body) {
    return new Heredoc(name, fd, expand, chomp, body);
  }

  /** The content that a file or shell gets. */
  public String body() {
    if (!chomp) {
      return content;
    }
    StringBuilder out = new StringBuilder();
    int start = 0;
    while (start < content.length()) {
      int end = content.indexOf('\n', start);
      int next = end < 0 ? content.length() : end + 1;
      int tabs = start;
      while (tabs < next && content.charAt(tabs) == '\t') {
        tabs++;
      }
      out.append(content, tabs, next);
      start = next;
    }
    return out.toString();
  }
}
