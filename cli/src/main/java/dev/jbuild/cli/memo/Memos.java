package dev.jbuild.cli.memo;

import dev.jbuild.context.ContextList;
import dev.jbuild.solve.Evidence;
import dev.jbuild.store.Atomic;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memos of a store: {@code memos/HASH} for a call, and beside it a list for each of its
 * contexts. The hash only finds the file; the call stands in it in full.
 */
public final class Memos {
  private static final long USED_MILLIS = 3_600_000;

  private final Path root;
  private final List<String> call;
  private final Path file;

  private Memos(Path root, List<String> call) {
    this.root = root;
    this.call = call;
    this.file = root.resolve("memos").resolve(hash(call));
  }

  /**
   * The place of a call's memo.
   *
   * @param words the arguments of the verb
   */
  public static Memos of(Path root, List<String> words) throws IOException {
    List<String> call = new ArrayList<>();
    call.add(System.getProperty("user.dir", ""));
    program(call);
    call.addAll(words);
    return new Memos(root, call);
  }

  /** Another version of jbuild may answer otherwise. */
  private static void program(List<String> call) throws IOException {
    for (String jar : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      BasicFileAttributes found = Files.readAttributes(Path.of(jar), BasicFileAttributes.class);
      call.add(
          jar
              + " "
              + found.size()
              + " "
              + found.lastModifiedTime().toMillis()
              + " "
              + found.fileKey());
    }
  }

  /** FNV-1a: java.security costs more to load than all the rest here. */
  private static String hash(List<String> call) {
    long hash = 0xcbf29ce484222325L;
    for (String word : call) {
      for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
        hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
      }
      hash = (hash ^ 0x100) * 0x100000001b3L;
    }
    return Long.toHexString(hash);
  }

  /** The memo of the call; absent when there is none, or none that can be read. */
  public Optional<Memo> find() throws IOException {
    try {
      return MemoFile.parse(call, Files.readAllBytes(file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /** Tells whether all that was found in the store and the contexts is as it was. */
  public static boolean stand(Memo memo) throws IOException {
    try {
      for (Map.Entry<Path, byte[]> one : memo.facts().files().entrySet()) {
        if (!Arrays.equals(Files.readAllBytes(one.getKey()), one.getValue())) {
          return false;
        }
      }
      for (Path folder : memo.facts().folders()) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          return false;
        }
      }
      for (Path present : memo.present()) {
        if (!Files.isRegularFile(present)) {
          return false;
        }
      }
      for (Map.Entry<Path, byte[]> one : memo.facts().contexts().entrySet()) {
        Path list = Path.of(new String(one.getValue(), StandardCharsets.UTF_8));
        if (!ContextList.isSame(list, one.getKey())) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** Keeps the memo and what it found from being collected as unused. */
  public void use(Memo memo) throws IOException {
    long now = System.currentTimeMillis();
    if (now - Files.getLastModifiedTime(file).toMillis() < USED_MILLIS) {
      return;
    }
    List<Path> all = new ArrayList<>(List.of(file));
    for (byte[] list : memo.facts().contexts().values()) {
      all.add(Path.of(new String(list, StandardCharsets.UTF_8)));
    }
    Path steps = root.resolve("steps");
    for (Path one : memo.facts().files().keySet()) {
      if (one.startsWith(steps)) {
        all.add(one);
      }
    }
    for (Path used : all) {
      Files.setLastModifiedTime(used, FileTime.fromMillis(now));
    }
  }

  /** Writes the memo, with the lists of its contexts in files of their own. */
  public void put(Memo memo) throws IOException {
    // names that were never used: an older memo must not come to mean a newer list
    String prefix = file.getFileName() + "-";
    String unique = ProcessHandle.current().pid() + "-" + System.nanoTime();
    Map<Path, byte[]> lists = new LinkedHashMap<>();
    for (Map.Entry<Path, byte[]> one : memo.facts().contexts().entrySet()) {
      Path list = file.resolveSibling(prefix + unique + "-" + lists.size());
      Atomic.write(root, list, one.getValue());
      lists.put(one.getKey(), list.toString().getBytes(StandardCharsets.UTF_8));
    }
    Evidence.Found facts = new Evidence.Found(memo.facts().files(), memo.facts().folders(), lists);
    Atomic.write(
        root,
        file,
        MemoFile.print(
            call,
            new Memo(memo.environment(), memo.input(), memo.present(), facts, memo.answer())));
    try (DirectoryStream<Path> old = Files.newDirectoryStream(file.getParent(), prefix + "*")) {
      for (Path list : old) {
        if (!list.getFileName().toString().startsWith(prefix + unique)) {
          Files.deleteIfExists(list);
        }
      }
    }
  }
}
