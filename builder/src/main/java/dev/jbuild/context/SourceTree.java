package dev.jbuild.context;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A read-only tree of files to copy from; what is ignored is not there. */
public interface SourceTree {
  /** The node at a path below the root, no link on the way followed; empty where there is none. */
  Optional<SourceNode> lookup(String path) throws IOException;

  /** What a folder holds, sorted by name. */
  List<SourceNode> list(SourceNode directory) throws IOException;

  /**
   * The node that a path leads to: links on the way are followed inside the tree, and the last one
   * too when asked for. Absolute targets start at the root of the tree, {@code ..} stops there.
   */
  default Optional<SourceNode> find(String path, boolean followLast) throws IOException {
    Deque<String> todo = new ArrayDeque<>(components(path));
    List<String> done = new ArrayList<>();
    int hops = 0;
    while (!todo.isEmpty()) {
      String name = todo.pop();
      if (name.equals("..")) {
        if (!done.isEmpty()) {
          done.removeLast();
        }
        continue;
      }
      done.add(name);
      Optional<SourceNode> node = lookup(String.join("/", done));
      if (node.isEmpty()) {
        return Optional.empty();
      }
      if (node.get().isSymlink() && (followLast || !todo.isEmpty())) {
        if (++hops > 255) {
          return Optional.empty();
        }
        done.removeLast();
        String target = node.get().linkTarget();
        if (target.startsWith("/")) {
          done.clear();
        }
        components(target).reversed().forEach(todo::push);
      }
    }
    return lookup(String.join("/", done));
  }

  /** The parts of a path, without empty ones and dots; {@code ..} stays. */
  static List<String> components(String path) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String part = path.substring(start, end);
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
      start = end + 1;
    }
    return parts;
  }

  /** The path with dots and {@code ..} resolved by text alone, never above the root. */
  static String clean(String path) {
    List<String> done = new ArrayList<>();
    for (String part : components(path)) {
      if (!part.equals("..")) {
        done.add(part);
      } else if (!done.isEmpty()) {
        done.removeLast();
      }
    }
    return String.join("/", done);
  }
}
