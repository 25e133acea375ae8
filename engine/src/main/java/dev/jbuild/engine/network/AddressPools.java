package dev.jbuild.engine.network;

import dev.jbuild.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Subnets for networks that ask for none: Docker's, those that nobody uses. */
final class AddressPools {
  private static final Path ROUTES = Path.of("/proc/net/route");
  private static final Path USUAL_ROOT = Path.of("/var/lib/jbuild");

  private AddressPools() {}

  /** A route of this machine. */
  record Route(String device, Subnet subnet) {}

  /**
   * The first free one. Stores that are not at the usual place begin somewhere else, so that two of
   * them seldom want the same.
   *
   * @throws EngineException when all are in use
   */
  static Subnet choose(Path root, Collection<Subnet> taken) throws IOException {
    List<Subnet> pools = pools();
    int begin =
        root.equals(USUAL_ROOT) ? 0 : Math.floorMod(root.toString().hashCode(), pools.size());
    List<Route> routes = routes();
    for (int i = 0; i < pools.size(); i++) {
      Subnet pool = pools.get((begin + i) % pools.size());
      if (taken.stream().noneMatch(pool::overlaps)
          && routes.stream().noneMatch(r -> r.subnet().overlaps(pool))) {
        return pool;
      }
    }
    throw new EngineException(
        1,
        "all predefined address pools have been fully subnetted: remove networks with 'jbuild"
            + " network prune', or name a --subnet");
  }

  private static List<Subnet> pools() {
    List<Subnet> pools = new ArrayList<>();
    for (long second = 17; second <= 31; second++) {
      pools.add(new Subnet(172L << 24 | second << 16, 16));
    }
    for (long third = 0; third < 256; third += 16) {
      pools.add(new Subnet(192L << 24 | 168L << 16 | third << 8, 20));
    }
    return pools;
  }

  /** All but the default route. */
  static List<Route> routes() throws IOException {
    List<Route> routes = new ArrayList<>();
    for (String line : lines()) {
      String[] words = line.split("\t", -1);
      if (words.length < 8 || words[0].equals("Iface")) {
        continue;
      }
      int prefix = Long.bitCount(hex(words[7]));
      if (prefix > 0) {
        routes.add(new Route(words[0], new Subnet(hex(words[1]) & -(1L << 32 - prefix), prefix)));
      }
    }
    return routes;
  }

  /** The largest packet that fits on the way out; 1500 where there is none. */
  static int mtu() throws IOException {
    for (String line : lines()) {
      String[] words = line.split("\t", -1);
      if (words.length >= 8 && words[1].equals("00000000") && words[7].equals("00000000")) {
        Path file = Path.of("/sys/class/net", words[0], "mtu");
        return Files.isReadable(file)
            ? Math.min(1500, Integer.parseInt(Files.readString(file).strip()))
            : 1500;
      }
    }
    return 1500;
  }

  private static List<String> lines() throws IOException {
    return Files.isReadable(ROUTES) ? Files.readAllLines(ROUTES) : List.of();
  }

  /**
   * The kernel prints the number as this machine has it in memory: the first part is the lowest.
   */
  private static long hex(String text) {
    int number = Integer.parseUnsignedInt(text.strip(), 16);
    return Integer.toUnsignedLong(
        java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN
            ? Integer.reverseBytes(number)
            : number);
  }
}
