package dev.jbuild.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that this process has started, with pipes for its stdin and stdout; its stderr is ours.
 *
 * <p>{@link ProcessBuilder} does more: a helper program, threads that wait, and their classes.
 */
public final class Child extends Process {
  private static final int CLOSE_ON_EXEC = 02000000;
  private static final int NO_HANG = 1;
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final int STILL_RUNNING = -1;
  private static final int LONGEST_PAUSE = 20;

  private final long pid;
  private final OutputStream in;
  private final InputStream out;
  private int code = STILL_RUNNING;

  private Child(long pid, OpenFile in, OpenFile out) {
    this.pid = pid;
    this.in = new Pipe(in);
    this.out = out.stream();
  }

  /** To where the child reads from; what is written after it was closed goes nowhere else. */
  private static final class Pipe extends OutputStream {
    private final OpenFile file;
    private boolean closed;

    Pipe(OpenFile file) {
      this.file = file;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      if (closed) {
        throw new IOException("closed");
      }
      file.write(bytes, offset, length);
    }

    @Override
    public synchronized void close() {
      closed = true;
      file.close();
    }
  }

  /**
   * Starts a program with this process's environment.
   *
   * @param words the program's path and its arguments
   * @throws IOException when it cannot be executed
   */
  public static Child start(List<String> words) throws IOException {
    String name = words.getFirst();
    OpenFile[] in = pipe(name);
    try (OpenFile theirIn = in[0]) {
      OpenFile[] out = pipe(name);
      try (OpenFile theirOut = out[1]) {
        long pid = Failure.check(Exec.spawn(words, theirIn.fd(), theirOut.fd()), name);
        return new Child(pid, in[1], out[0]);
      } catch (IOException e) {
        out[0].close();
        throw e;
      }
    } catch (IOException e) {
      in[1].close();
      throw e;
    }
  }

  private static OpenFile[] pipe(String name) throws IOException {
    Scratch scratch = Scratch.get();
    Failure.check(Syscall.call(Syscall.PIPE2, scratch.statAddress, CLOSE_ON_EXEC, 0), name);
    ByteBuffer ends = scratch.stat;
    return new OpenFile[] {new OpenFile(ends.getInt(0), name), new OpenFile(ends.getInt(4), name)};
  }

  @Override
  public OutputStream getOutputStream() {
    return in;
  }

  @Override
  public InputStream getInputStream() {
    return out;
  }

  /** Empty: what the program says there, the user has seen. */
  @Override
  public InputStream getErrorStream() {
    return InputStream.nullInputStream();
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public int waitFor() throws InterruptedException {
    while (!waitFor(1, TimeUnit.HOURS)) {
      // it runs on
    }
    return exitValue();
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    long end = System.nanoTime() + unit.toNanos(timeout);
    for (int pause = 1; look() == STILL_RUNNING; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      Thread.sleep(pause);
    }
    return true;
  }

  @Override
  public int exitValue() {
    int value = look();
    if (value == STILL_RUNNING) {
      throw new IllegalThreadStateException("it runs");
    }
    return value;
  }

  /** The exit code, or 128 and the number of the signal. */
  private synchronized int look() {
    if (code == STILL_RUNNING) {
      Scratch scratch = Scratch.get();
      long found = Syscall.call(Syscall.WAIT4, pid, scratch.statAddress, NO_HANG);
      if (found == pid) {
        int status = scratch.stat.getInt(0);
        code = (status & 0x7f) == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f);
      } else if (found < 0) {
        throw new IllegalStateException("process " + pid + ": " + Errors.text((int) -found));
      }
    }
    return code;
  }

  @Override
  public void destroy() {
    signal(SIGTERM);
  }

  @Override
  public Process destroyForcibly() {
    signal(SIGKILL);
    return this;
  }

  private synchronized void signal(int number) {
    // until it is waited for, no other process has its number
    if (look() == STILL_RUNNING) {
      Syscall.call(Syscall.KILL, pid, number, 0);
    }
  }
}
