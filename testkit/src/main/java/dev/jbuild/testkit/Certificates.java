package dev.jbuild.testkit;

import java.nio.file.Path;

/**
 * Keys and certificates for servers of tests, made by openssl: {@code NAME.key}, {@code NAME.crt}.
 */
public final class Certificates {
  private Certificates() {}

  /** A key and a certificate that vouches for itself, also for the loopback addresses. */
  public static void selfSigned(Path folder, String name) {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-keyout",
        folder.resolve(name + ".key"),
        "-out",
        folder.resolve(name + ".crt"));
  }

  /** A key and a certificate that another one signed. */
  public static void signed(Path folder, String name, String by) {
    Path request = folder.resolve(name + ".csr");
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-keyout",
        folder.resolve(name + ".key"),
        "-out",
        request);
    openssl(
        "x509",
        "-req",
        "-in",
        request,
        "-days",
        "2",
        "-copy_extensions",
        "copy",
        "-CA",
        folder.resolve(by + ".crt"),
        "-CAkey",
        folder.resolve(by + ".key"),
        "-CAcreateserial",
        "-out",
        folder.resolve(name + ".crt"));
  }

  private static void openssl(Object... arguments) {
    Command.of("openssl").and(arguments).check();
  }
}
