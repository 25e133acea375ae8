package dev.jbuild.engine.check;

/**
 * Something that is wrong.
 *
 * @param what is wrong, and with what
 * @param lost what can't be used because of it, or what to do; empty when nothing is lost
 * @param repaired whether it is in order now
 */
public record Finding(String what, String lost, boolean repaired) {}
