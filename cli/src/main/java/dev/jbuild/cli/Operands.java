package dev.jbuild.cli;

import java.util.List;

/** Several operands of one verb: what fails is said, and the others are done all the same. */
final class Operands {
  private Operands() {}

  /** What is done to one operand. */
  interface Action {
    void on(String operand) throws Exception;
  }

  /**
   * Does it to each.
   *
   * @return 0, or the exit code of the last failure
   */
  static int each(List<String> operands, Verb verb, Session session, Action action)
      throws InterruptedException {
    Failures failures = new Failures(session.err(), session.debug());
    int code = 0;
    for (String operand : operands) {
      try {
        action.on(operand);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        session.out().flush();
        code = failures.report(e, java.util.Optional.of(verb));
      }
    }
    return code;
  }
}
