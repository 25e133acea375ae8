package dev.jbuild.cli;

import java.io.IOException;

/** Asks before something is lost. */
final class Question {
  private Question() {}

  /** Tells whether the user agrees; silence is a no. */
  static boolean agreed(Session session, String warning) throws IOException {
    session.out().print("WARNING! " + warning + "\nAre you sure you want to continue? [y/N] ");
    session.out().flush();
    int answer = session.in().read();
    for (int c = answer; c >= 0 && c != '\n'; c = session.in().read()) {
      // the rest of the line
    }
    return answer == 'y' || answer == 'Y';
  }
}
