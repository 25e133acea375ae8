package dev.jbuild.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.engine.container.NetworkSetup;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks without any container that runs. */
final class NetworksTest {
  private static final String ID = "ab".repeat(32);

  private @TempDir Path root;
  private Attachments attachments;
  private Networks networks;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectories(root.resolve("container").resolve("etc"));
    attachments = new Attachments(root, Path.of("/bin/false"));
    networks = new Networks(root, attachments);
  }

  private static NetworkSpec spec(String name, NetworkSpec.Addresses addresses) {
    return spec(name, addresses, new LinkedHashMap<>());
  }

  private static NetworkSpec spec(
      String name, NetworkSpec.Addresses addresses, SequencedMap<String, String> options) {
    return new NetworkSpec(name, "bridge", addresses, false, false, options, new LinkedHashMap<>());
  }

  private static NetworkSpec.Addresses addresses(String subnet, String gateway, String range) {
    return new NetworkSpec.Addresses(
        Optional.of(subnet).filter(s -> !s.isEmpty()),
        Optional.of(gateway).filter(s -> !s.isEmpty()),
        Optional.of(range).filter(s -> !s.isEmpty()));
  }

  private NetworkRequest request(String mode, Json.Obj more, Json.Obj endpoints) {
    return new NetworkRequest(
        ID,
        "web",
        "web-host",
        root.resolve("container"),
        more.with("NetworkMode", mode),
        endpoints,
        new TreeSet<>(List.of("80/tcp", "53/udp")));
  }

  private String plan(NetworkRequest request) throws IOException {
    NetworkSetup setup = attachments.attach(request);
    return Files.readString(setup.plan().orElseThrow());
  }

  @Test
  void threeAreAlwaysThere() throws IOException {
    assertThat(networks.list())
        .extracting(NetworkConfig::name, NetworkConfig::driver)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("bridge", "bridge"),
            org.assertj.core.groups.Tuple.tuple("host", "host"),
            org.assertj.core.groups.Tuple.tuple("none", "null"));
    for (String name : List.of("bridge", "host", "none")) {
      assertThatThrownBy(() -> networks.remove(networks.get(name)))
          .hasMessage(name + " is a pre-defined network and cannot be removed");
      assertThatThrownBy(() -> networks.create(spec(name, NetworkSpec.Addresses.ANY)))
          .hasMessage("network with name " + name + " already exists");
    }
  }

  @Test
  void madeFoundAndRemoved() throws IOException {
    String id = networks.create(spec("app", NetworkSpec.Addresses.ANY));
    assertThat(networks.get("app").id()).isEqualTo(id).hasSize(64);
    assertThat(networks.get(id.substring(0, 6)).name()).isEqualTo("app");
    assertThat(networks.get("bridge").id()).isNotEqualTo(id);
    networks.remove(networks.get("app"));
    assertThat(networks.find("app")).isEmpty();
    assertThatThrownBy(() -> networks.get("app"))
        .isInstanceOf(EngineException.class)
        .hasMessage("network app not found");
    assertThat(root.resolve("networks").resolve(id)).doesNotExist();
  }

  @Test
  void subnetsOfNetworksDoNotOverlap() throws IOException {
    networks.create(spec("one", NetworkSpec.Addresses.ANY));
    networks.create(spec("two", NetworkSpec.Addresses.ANY));
    Subnet one = networks.get("one").addresses().orElseThrow().subnet();
    Subnet two = networks.get("two").addresses().orElseThrow().subnet();
    assertThat(one.overlaps(two)).isFalse();
    assertThatThrownBy(() -> networks.create(spec("three", addresses(one.toString(), "", ""))))
        .hasMessage("invalid pool request: Pool overlaps with other one on this address space");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.9.0.0 | '' | '' | invalid subnet 10.9.0.0 : invalid CIDR block notation",
        "10.9.0.1/16 | '' | '' | invalid subnet 10.9.0.1/16: it should be 10.9.0.0/16",
        "10.9.0.0/31 | '' | '' | invalid subnet 10.9.0.0/31: it has no room",
        "10.9.0.0/16 | 10.8.0.1 | '' | no matching subnet for gateway 10.8.0.1",
        "10.9.0.0/16 | '' | 10.0.0.0/8 | no matching subnet for range 10.0.0.0/8",
        "'' | 10.9.0.1 | '' | every ip-range or gateway must have a corresponding subnet",
      })
  void addressesThatMakeNoSense(String subnet, String gateway, String range, String message) {
    assertThatThrownBy(() -> networks.create(spec("app", addresses(subnet, gateway, range))))
        .isInstanceOf(EngineException.class)
        .hasMessage(message);
  }

  @Test
  void inspectIsDockers() throws IOException {
    networks.create(spec("app", addresses("10.9.0.0/16", "10.9.0.254", "10.9.4.0/24")));
    Json.Obj json = networks.inspect(networks.get("app"));
    assertThat(json.members().keySet())
        .containsExactly(
            "Name",
            "Id",
            "Created",
            "Scope",
            "Driver",
            "EnableIPv4",
            "EnableIPv6",
            "IPAM",
            "Internal",
            "Attachable",
            "Ingress",
            "ConfigFrom",
            "ConfigOnly",
            "Containers",
            "Options",
            "Labels");
    assertThat(json.object("IPAM").objects("Config").getFirst().compact())
        .isEqualTo(
            "{\"Subnet\":\"10.9.0.0/16\",\"IPRange\":\"10.9.4.0/24\",\"Gateway\":\"10.9.0.254\"}");
  }

  @Test
  void thePlanOfAContainerOnItsOwnNetwork() throws IOException {
    SequencedMap<String, String> options = new LinkedHashMap<>();
    options.put("com.docker.network.driver.mtu", "1400");
    String id = networks.create(spec("app", addresses("10.9.0.0/16", "", "10.9.4.0/24"), options));
    Json.Obj endpoints =
        Json.obj()
            .with(
                "app",
                Json.obj()
                    .with("Aliases", Json.texts(List.of("db")))
                    .with("IPAMConfig", Json.obj().with("IPv4Address", "10.9.0.7")));
    Json.Obj wishes =
        Json.obj()
            .with("Dns", Json.texts(List.of("9.9.9.9")))
            .with("ExtraHosts", Json.texts(List.of("up:host-gateway")))
            .with(
                "PortBindings",
                Json.obj()
                    .with(
                        "80/tcp",
                        new Json.Arr(
                            List.of(
                                Json.obj().with("HostIp", "127.0.0.1").with("HostPort", "8080")))))
            .with("PublishAllPorts", true);
    NetworkRequest request = request("app", wishes, endpoints);
    assertThat(plan(request))
        .contains("called\tweb\n", "hostname\tweb-host\n", "names\n")
        .contains(
            "network\t"
                + id
                + "\tapp\tjb-"
                + id.substring(0, 12)
                + "\t10.9.0.0\t16\t10.9.0.1\t10.9.4.0\t10.9.4.255\t10.9.0.7\t1400\t-\t-,masquerade,icc\n")
        .contains(
            "name\t"
                + id
                + "\tweb\nname\t"
                + id
                + "\tdb\nname\t"
                + id
                + "\tabababababab\nname\t"
                + id
                + "\tweb-host\n")
        .contains("port\ttcp\t127.0.0.1\t8080\t8080\t80\n", "port\tudp\t*\t0\t0\t53\n")
        .contains("dns\tcontainer\t9.9.9.9\n")
        .contains("text\t10.9.0.1\tup\n");
    assertThat(attachments.attach(request).resolvConf().orElseThrow())
        .startsWith("nameserver 127.0.0.11\n")
        .contains("ndots:0");
  }

  @Test
  void nobodyHasANameOnTheDefaultBridge() throws IOException {
    String plan = plan(request("default", Json.obj(), Json.obj()));
    assertThat(plan).doesNotContain("\nnames\n", "\nname\t").contains("\tbridge\t");
    assertThat(networks.get("bridge").addresses()).isPresent();
  }

  @Test
  void addressesAreGivenWhereTheSubnetWas() throws IOException {
    networks.create(spec("any", NetworkSpec.Addresses.ANY));
    networks.create(spec("app", addresses("10.9.0.0/16", "", "")));
    Json.Obj asks = Json.obj().with("IPAMConfig", Json.obj().with("IPv4Address", "10.7.0.7"));
    assertThatThrownBy(
            () -> attachments.attach(request("any", Json.obj(), Json.obj().with("any", asks))))
        .hasMessageContaining("only when connecting to networks with user configured subnets");
    assertThatThrownBy(
            () -> attachments.attach(request("app", Json.obj(), Json.obj().with("app", asks))))
        .hasMessage("invalid endpoint settings: no configured subnet contains IP address 10.7.0.7");
    assertThatThrownBy(() -> attachments.attach(request("nope", Json.obj(), Json.obj())))
        .hasMessage("failed to set up container networking: network nope not found");
  }

  @ParameterizedTest
  @CsvSource({"80:80, 80", "localhost, 80", "1.2.3.400, 80", "'', 70000", "'', x-y"})
  void portsThatMakeNoSense(String address, String port) {
    Json.Obj binding = Json.obj().with("HostIp", address).with("HostPort", port);
    Json.Obj wishes =
        Json.obj().with("PortBindings", Json.obj().with("80/tcp", new Json.Arr(List.of(binding))));
    assertThatThrownBy(() -> attachments.attach(request("default", wishes, Json.obj())))
        .isInstanceOf(EngineException.class)
        .hasMessageStartingWith("invalid ");
  }

  @Test
  void whatRunsHasSettingsAndWhatDoesNotHasNone() throws IOException {
    Json.Obj settings = attachments.settings(request("default", Json.obj(), Json.obj()), false);
    assertThat(settings.text("IPAddress")).contains("");
    assertThat(settings.object("Ports").members()).isEmpty();
    assertThat(settings.object("Networks").members()).containsOnlyKeys("bridge");
  }

  @Test
  void aLinkNeedsAContainerThatRuns() {
    Json.Obj wishes = Json.obj().with("Links", Json.texts(List.of("db:mysql")));
    assertThatThrownBy(() -> attachments.attach(request("default", wishes, Json.obj())))
        .hasMessage("Cannot link to a non running container: /db AS /web/mysql");
  }
}
