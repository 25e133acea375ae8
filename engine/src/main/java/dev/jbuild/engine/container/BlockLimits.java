package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What may be read from and written to block devices in a second. */
final class BlockLimits {
  private static final int REFUSED = 125;

  /** Member of the {@code HostConfig}, file of version 1, word in {@code io.max} of version 2. */
  private static final String[][] KINDS = {
    {"BlkioDeviceReadBps", "blkio.throttle.read_bps_device", "rbps"},
    {"BlkioDeviceWriteBps", "blkio.throttle.write_bps_device", "wbps"},
    {"BlkioDeviceReadIOps", "blkio.throttle.read_iops_device", "riops"},
    {"BlkioDeviceWriteIOps", "blkio.throttle.write_iops_device", "wiops"},
  };

  private BlockLimits() {}

  /**
   * One of them.
   *
   * @param device its numbers, e.g. {@code 8:0}
   * @param fileOfOne of the hierarchy of version 1
   */
  record Rate(String device, long value, String fileOfOne, String word) {
    String wordOfTwo() {
      return word + "=" + value;
    }
  }

  static List<Rate> rates(Json.Obj hostConfig) {
    List<Rate> rates = new ArrayList<>();
    for (String[] kind : KINDS) {
      for (Json.Obj one : hostConfig.objects(kind[0])) {
        String device = numbers(one.text("Path").orElse(""));
        rates.add(new Rate(device, one.number("Rate").orElse(0L), kind[1], kind[2]));
      }
    }
    return rates;
  }

  /** As glibc's major() and minor() take them out of {@code st_rdev}. */
  private static String numbers(String path) {
    try {
      long device = ((Number) Files.getAttribute(Path.of(path), "unix:rdev")).longValue();
      long major = device >>> 8 & 0xfff | device >>> 32 & ~0xfffL;
      long minor = device & 0xff | device >>> 12 & ~0xffL;
      return major + ":" + (minor & 0xffffffffL);
    } catch (IOException e) {
      throw new EngineException(REFUSED, path + ": no such device");
    }
  }
}
