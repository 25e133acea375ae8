package dev.jbuild.maven;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The little of a class file (JVMS 4) that tells whether it can be started.
 *
 * @param major version of the format: 61 is Java 17
 * @param hasMain whether it has a {@code public static void main(String[])}
 */
record ClassFile(int major, boolean hasMain) {
  private static final int PUBLIC_STATIC = 0x0009;

  static ClassFile read(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(from);
    if (in.readInt() != 0xCAFEBABE) {
      throw new IOException("not a class file");
    }
    in.readUnsignedShort();
    int major = in.readUnsignedShort();
    String[] texts = constants(in);
    in.skipBytes(6);
    int interfaces = in.readUnsignedShort();
    in.skipBytes(2 * interfaces);
    members(in, texts);
    return new ClassFile(major, members(in, texts));
  }

  /** Only its texts are kept: JVMS 4.4. */
  private static String[] constants(DataInputStream in) throws IOException {
    String[] texts = new String[in.readUnsignedShort()];
    for (int i = 1; i < texts.length; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 7, 8, 16, 19, 20 -> in.skipBytes(2);
        case 15 -> in.skipBytes(3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
        case 5, 6 -> {
          in.skipBytes(8);
          i++; // takes two places
        }
        default -> throw new IOException("constant of unknown kind " + tag);
      }
    }
    return texts;
  }

  /** Reads fields or methods; is the main method among them? */
  private static boolean members(DataInputStream in, String[] texts) throws IOException {
    boolean found = false;
    int count = in.readUnsignedShort();
    for (int i = 0; i < count; i++) {
      int access = in.readUnsignedShort();
      String name = String.valueOf(texts[in.readUnsignedShort()]);
      String type = String.valueOf(texts[in.readUnsignedShort()]);
      found |=
          name.equals("main")
              && type.equals("([Ljava/lang/String;)V")
              && (access & PUBLIC_STATIC) == PUBLIC_STATIC;
      int attributes = in.readUnsignedShort();
      for (int j = 0; j < attributes; j++) {
        in.skipBytes(2);
        in.skipNBytes(in.readInt());
      }
    }
    return found;
  }
}
