package dev.jbuild.linux;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/**
 * What went wrong, in words for people: the JDK's own message of a failure with a file is often the
 * bare name of the file.
 */
public final class Reason {
  private Reason() {}

  /** In one line, as far as the failure has one; of a failure with a file, which and why. */
  public static String of(Throwable failure) {
    if (failure instanceof FileSystemException file) {
      return files(file) + words(file);
    }
    if (failure instanceof UncheckedIOException wrapper && wrapper.getCause() != null) {
      return of(wrapper.getCause());
    }
    String message = failure.getMessage();
    return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
  }

  private static String files(FileSystemException failure) {
    if (failure.getFile() == null) {
      return "";
    }
    String other = failure.getOtherFile() == null ? "" : " -> " + failure.getOtherFile();
    return failure.getFile() + other + ": ";
  }

  private static String words(FileSystemException failure) {
    String reason = failure.getReason();
    if (reason != null && !reason.isEmpty()) {
      // as the others, which the JDK has no text for
      return failure instanceof AccessDeniedException ? reason.toLowerCase(Locale.ROOT) : reason;
    }
    return switch (failure) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "file exists";
      case NotDirectoryException _ -> "not a directory";
      case DirectoryNotEmptyException _ -> "directory not empty";
      case FileSystemLoopException _ -> "too many levels of symbolic links";
      default -> failure.getClass().getSimpleName();
    };
  }
}
