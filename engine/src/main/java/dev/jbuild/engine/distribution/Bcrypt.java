package dev.jbuild.engine.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Compares passwords with bcrypt hashes (Provos and Mazières, "A Future-Adaptable Password Scheme",
 * 1999). Blowfish's tables are the digits of pi, which are worked out instead of written down.
 */
final class Bcrypt {
  private static final String ALPHABET =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ROUNDS = 16;
  private static final int P = ROUNDS + 2;
  private static final int WORDS = P + 4 * 256;
  private static final int LONGEST = 72;
  private static final int[] PI = pi();

  private final int[] state = PI.clone();

  private Bcrypt() {}

  /** Whether a hash {@code $2y$COST$SALTHASH} was made of a password. */
  static boolean matches(String password, String hash) {
    String[] parts = hash.split("\\$", -1);
    if (parts.length != 4 || parts[3].length() != 53 || !parts[2].matches("\\d\\d")) {
      return false;
    }
    int cost = Integer.parseInt(parts[2]);
    if (cost < 4 || cost > 20) {
      return false;
    }
    byte[] salt = decode(parts[3].substring(0, 22), 16);
    byte[] made = hash(password, salt, cost);
    byte[] stored = decode(parts[3].substring(22), 23);
    return MessageDigest.isEqual(Arrays.copyOf(made, 23), stored);
  }

  private static byte[] hash(String password, byte[] salt, int cost) {
    byte[] text = (password + "\0").getBytes(UTF_8);
    byte[] key = Arrays.copyOf(text, Math.min(text.length, LONGEST));
    Bcrypt cipher = new Bcrypt();
    cipher.expand(key, salt);
    for (long i = 0; i < 1L << cost; i++) {
      cipher.expand(key, new byte[16]);
      cipher.expand(salt, new byte[16]);
    }
    return cipher.encrypt("OrpheanBeholderScryDoubt".getBytes(UTF_8));
  }

  private byte[] encrypt(byte[] text) {
    byte[] result = new byte[text.length];
    for (int block = 0; block < text.length; block += 8) {
      int[] halves = {word(text, block), word(text, block + 4)};
      for (int i = 0; i < 64; i++) {
        encipher(halves);
      }
      put(result, block, halves[0]);
      put(result, block + 4, halves[1]);
    }
    return result;
  }

  private void expand(byte[] key, byte[] salt) {
    int at = 0;
    for (int i = 0; i < P; i++) {
      int word = 0;
      for (int k = 0; k < 4; k++) {
        word = word << 8 | key[at] & 0xff;
        at = (at + 1) % key.length;
      }
      state[i] ^= word;
    }
    int[] halves = new int[2];
    for (int i = 0; i < WORDS; i += 2) {
      int from = i % 4 * 4;
      halves[0] ^= word(salt, from);
      halves[1] ^= word(salt, from + 4);
      encipher(halves);
      state[i] = halves[0];
      state[i + 1] = halves[1];
    }
  }

  private void encipher(int[] halves) {
    int left = halves[0];
    int right = halves[1];
    for (int i = 0; i < ROUNDS; i += 2) {
      left ^= state[i];
      right ^= mix(left);
      right ^= state[i + 1];
      left ^= mix(right);
    }
    halves[0] = right ^ state[P - 1];
    halves[1] = left ^ state[P - 2];
  }

  private int mix(int x) {
    int sum = state[P + (x >>> 24)] + state[P + 256 + (x >>> 16 & 0xff)];
    return (sum ^ state[P + 512 + (x >>> 8 & 0xff)]) + state[P + 768 + (x & 0xff)];
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | bytes[at + 3] & 0xff;
  }

  private static void put(byte[] bytes, int at, int word) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (word >>> 24 - 8 * i);
    }
  }

  private static byte[] decode(String text, int length) {
    byte[] bytes = new byte[length];
    int bits = 0;
    int count = 0;
    int at = 0;
    for (int i = 0; i < text.length() && at < length; i++) {
      int value = ALPHABET.indexOf(text.charAt(i));
      bits = bits << 6 | Math.max(0, value);
      count += 6;
      if (count >= 8) {
        count -= 8;
        bytes[at++] = (byte) (bits >>> count);
      }
    }
    return bytes;
  }

  /** The fraction of pi in words of 32 bits, by Machin's formula. */
  private static int[] pi() {
    int bits = WORDS * 32;
    int guard = 64;
    BigInteger one = BigInteger.ONE.shiftLeft(bits + guard);
    BigInteger quarter = arctan(5, one).multiply(BigInteger.valueOf(4)).subtract(arctan(239, one));
    BigInteger fraction =
        quarter.multiply(BigInteger.valueOf(4)).subtract(one.multiply(BigInteger.valueOf(3)));
    BigInteger digits = fraction.shiftRight(guard);
    int[] words = new int[WORDS];
    for (int i = WORDS - 1; i >= 0; i--) {
      words[i] = digits.intValue();
      digits = digits.shiftRight(32);
    }
    return words;
  }

  /** arctan(1/x) times one. */
  private static BigInteger arctan(int x, BigInteger one) {
    BigInteger square = BigInteger.valueOf((long) x * x);
    BigInteger power = one.divide(BigInteger.valueOf(x));
    BigInteger sum = power;
    for (int n = 3; power.signum() != 0; n += 2) {
      power = power.divide(square);
      BigInteger term = power.divide(BigInteger.valueOf(n));
      sum = n % 4 == 3 ? sum.subtract(term) : sum.add(term);
    }
    return sum;
  }
}
