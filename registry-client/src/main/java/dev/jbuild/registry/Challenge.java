package dev.jbuild.registry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a server asks for: a scheme with parameters (RFC 9110, section 11.6.1).
 *
 * @param scheme in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
  Challenge {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(parameters);
    parameters = Collections.unmodifiableMap(copy);
  }

  String get(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Reads the values of WWW-Authenticate headers, each of which may hold several challenges. */
  static List<Challenge> parse(List<String> values) {
    List<Challenge> challenges = new ArrayList<>();
    for (String value : values) {
      new Reader(value).readInto(challenges);
    }
    return challenges;
  }

  /** Goes through one header value; what it can't read it leaves out. */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void readInto(List<Challenge> challenges) {
      String scheme = "";
      Map<String, String> parameters = new TreeMap<>();
      while (true) {
        skip(" \t,");
        if (at >= text.length()) {
          break;
        }
        String word = token();
        skip(" \t");
        if (word.isEmpty()) {
          at++;
        } else if (at < text.length() && text.charAt(at) == '=') {
          at++;
          skip(" \t");
          parameters.put(word, value());
        } else {
          if (!scheme.isEmpty()) {
            challenges.add(new Challenge(scheme, parameters));
          }
          scheme = word.toLowerCase(Locale.ROOT);
          parameters = new TreeMap<>();
        }
      }
      if (!scheme.isEmpty()) {
        challenges.add(new Challenge(scheme, parameters));
      }
    }

    private void skip(String any) {
      while (at < text.length() && any.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String token() {
      int from = at;
      while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(from, at);
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        return token();
      }
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
      }
      at++;
      return value.toString();
    }
  }
}
