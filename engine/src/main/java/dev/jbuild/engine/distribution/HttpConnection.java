package dev.jbuild.engine.distribution;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** One client's connection. */
record HttpConnection(Socket socket, InputStream in, OutputStream out) {}
