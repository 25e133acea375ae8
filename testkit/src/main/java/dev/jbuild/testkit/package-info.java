/**
 * What end-to-end tests stand on: a checkout's launcher with a store of its own, real base images,
 * a real registry, generated trees, and a look at what was left behind. Everything is a process of
 * the machine's own tools; nothing of jbuild is called, so that the tests judge it from outside.
 */
@NullMarked
package dev.jbuild.testkit;

import org.jspecify.annotations.NullMarked;
