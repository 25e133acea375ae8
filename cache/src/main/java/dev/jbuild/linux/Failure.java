package dev.jbuild.linux;

import dev.jbuild.session.UserSession;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Error numbers as the exceptions that {@code java.nio.file} has for them. */
final class Failure {
  private Failure() {}

  static IOException of(long errno, String path) {
    int number = (int) errno;
    return switch (number) {
      case Syscall.ENOENT -> new NoSuchFileException(path);
      case Syscall.EEXIST -> new FileAlreadyExistsException(path);
      case Syscall.ENOTDIR -> new NotDirectoryException(path);
      case Syscall.ENOTEMPTY -> new DirectoryNotEmptyException(path);
      case Syscall.EACCES, Syscall.EPERM ->
          new AccessDeniedException(path, null, Errors.text(number));
      default -> new SystemCallException(path, number, Errors.text(number));
    };
  }

  /** Throws when the result of a call is a negated errno. */
  static long check(long result, String path) throws IOException {
    if (result < 0) {
      throw of(-result, path);
    }
    return result;
  }

  /** The same of a change of owner: in a user's session not every number is somebody's. */
  static void checkOwner(long result, String path, int uid, int gid) throws IOException {
    boolean refused = result == -Syscall.EINVAL || result == -Syscall.EPERM;
    if (refused && System.getenv(UserSession.VARIABLE) != null) {
      throw new IOException(
          "cannot give %s to %s:%s: %s"
              .formatted(
                  path,
                  Integer.toUnsignedString(uid),
                  Integer.toUnsignedString(gid),
                  UserSession.current().orElseThrow().remedy(uid, gid)));
    }
    check(result, path);
  }

  static boolean isUnsupported(IOException failure) {
    return failure instanceof SystemCallException e && e.errno == Syscall.EOPNOTSUPP;
  }

  /** An error that {@code java.nio.file} has no type for. */
  private static final class SystemCallException extends FileSystemException {
    private final int errno;

    SystemCallException(String path, int errno, String text) {
      super(path, null, text);
      this.errno = errno;
    }
  }
}
