package dev.jbuild.cli.memo;

import dev.jbuild.oci.Digest;
import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.solve.Evidence;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/** A memo as bytes: lengths and texts in a fixed order, and a checksum, since nothing is synced. */
final class MemoFile {
  private static final int CHECKSUM = 4;
  private static final int ABSENT = -1;

  private MemoFile() {}

  static byte[] print(List<String> call, Memo memo) {
    Writer out = new Writer();
    out.texts(call);
    out.number(memo.environment().size());
    memo.environment()
        .forEach((name, value) -> {
          out.text(name);
          out.optional(value);
        });
    Memo.Input input = memo.input();
    out.text(input.context());
    out.optional(input.file());
    out.text(input.dockerfileName());
    out.bytes(input.dockerfile());
    out.number(input.ignoreFile().isPresent() ? 1 : 0);
    input.ignoreFile().ifPresent(out::bytes);
    out.texts(memo.present().stream().map(Path::toString).toList());
    out.files(memo.facts().files());
    out.texts(memo.facts().folders().stream().map(Path::toString).toList());
    out.files(memo.facts().contexts());
    Memo.Answer answer = memo.answer();
    out.text(answer.imageId());
    out.text(answer.mode());
    out.number(answer.quiet() ? 1 : 0);
    out.files(answer.written());
    out.texts(answer.notes());
    out.number(answer.events().size());
    answer.events().forEach(out::event);
    out.texts(answer.warnings());
    return out.finish();
  }

  /** Reads a memo; absent when it is damaged or of another call. */
  static Optional<Memo> parse(List<String> call, byte[] bytes) {
    if (bytes.length < CHECKSUM || checksum(bytes) != ByteBuffer.wrap(bytes).getInt(end(bytes))) {
      return Optional.empty();
    }
    try {
      Reader in = new Reader(ByteBuffer.wrap(bytes, 0, end(bytes)));
      return in.texts().equals(call) ? Optional.of(memo(in)) : Optional.empty();
    } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException _) {
      return Optional.empty(); // written by another version
    }
  }

  private static Memo memo(Reader in) {
    Map<String, Optional<String>> environment = new LinkedHashMap<>();
    for (int i = in.number(); i > 0; i--) {
      environment.put(in.text(), in.optional());
    }
    Memo.Input input =
        new Memo.Input(
            in.text(),
            in.optional(),
            in.text(),
            in.bytes(),
            in.number() == 1 ? Optional.of(in.bytes()) : Optional.empty());
    List<Path> present = in.paths();
    Evidence.Found facts = new Evidence.Found(in.files(), in.paths(), in.files());
    return new Memo(environment, input, present, facts, answer(in));
  }

  private static Memo.Answer answer(Reader in) {
    String id = in.text();
    String mode = in.text();
    boolean quiet = in.number() == 1;
    Map<Path, byte[]> written = in.files();
    List<String> notes = in.texts();
    List<BuildEvent> events = new ArrayList<>();
    for (int i = in.number(); i > 0; i--) {
      events.add(in.event());
    }
    return new Memo.Answer(id, mode, quiet, written, notes, events, in.texts());
  }

  private static int end(byte[] bytes) {
    return bytes.length - CHECKSUM;
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, end(bytes));
    return (int) crc.getValue();
  }

  private static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 14);

    void number(int number) {
      out.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
    }

    void bytes(byte[] bytes) {
      number(bytes.length);
      out.writeBytes(bytes);
    }

    void text(String text) {
      bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void optional(Optional<String> text) {
      if (text.isPresent()) {
        text(text.get());
      } else {
        number(ABSENT);
      }
    }

    void texts(List<String> texts) {
      number(texts.size());
      texts.forEach(this::text);
    }

    void files(Map<Path, byte[]> files) {
      number(files.size());
      files.forEach((path, content) -> {
        text(path.toString());
        bytes(content);
      });
    }

    void event(BuildEvent event) {
      // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
      if (event instanceof BuildEvent.Planned planned) {
        text("planned");
        number(planned.vertices());
      } else if (event instanceof BuildEvent.Started started) {
        text("started");
        number(started.vertex());
        text(started.title());
      } else if (event instanceof BuildEvent.Finished finished) {
        text(finished.outcome() instanceof Outcome.Cached ? "cached" : "ran");
        number(finished.vertex());
      } else if (event instanceof BuildEvent.Warned warned) {
        text("warned");
        text(warned.rule());
        text(warned.message());
        number(warned.line());
      } else if (event instanceof BuildEvent.Done done) {
        text("done");
        text(done.imageId().toString());
        texts(done.names());
      } else {
        throw new IllegalArgumentException("not to be kept: " + event);
      }
    }

    byte[] finish() {
      number(0);
      byte[] bytes = out.toByteArray();
      ByteBuffer.wrap(bytes).putInt(end(bytes), checksum(bytes));
      return bytes;
    }
  }

  private static final class Reader {
    private final ByteBuffer in;

    Reader(ByteBuffer in) {
      this.in = in;
    }

    int number() {
      return in.getInt();
    }

    byte[] bytes() {
      return bytes(number());
    }

    private byte[] bytes(int length) {
      if (length > in.remaining()) {
        throw new BufferUnderflowException();
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      return bytes;
    }

    String text() {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    Optional<String> optional() {
      int length = number();
      return length == ABSENT
          ? Optional.empty()
          : Optional.of(new String(bytes(length), StandardCharsets.UTF_8));
    }

    List<String> texts() {
      List<String> texts = new ArrayList<>();
      for (int i = number(); i > 0; i--) {
        texts.add(text());
      }
      return texts;
    }

    List<Path> paths() {
      List<Path> paths = new ArrayList<>();
      for (int i = number(); i > 0; i--) {
        paths.add(Path.of(text()));
      }
      return paths;
    }

    Map<Path, byte[]> files() {
      Map<Path, byte[]> files = new LinkedHashMap<>();
      for (int i = number(); i > 0; i--) {
        files.put(Path.of(text()), bytes());
      }
      return files;
    }

    BuildEvent event() {
      String kind = text();
      return switch (kind) {
        case "planned" -> new BuildEvent.Planned(number());
        case "started" -> new BuildEvent.Started(number(), text());
        case "cached" -> new BuildEvent.Finished(number(), new Outcome.Cached());
        case "ran" -> new BuildEvent.Finished(number(), new Outcome.Ran());
        case "warned" -> new BuildEvent.Warned(text(), text(), number());
        case "done" -> new BuildEvent.Done(Digest.parse(text()), texts());
        default -> throw new IllegalArgumentException(kind);
      };
    }
  }
}
