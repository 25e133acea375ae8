package dev.jbuild.cli;

/** The flags of run and create. */
final class RunSyntax {
  private RunSyntax() {}

  static Syntax run() {
    Syntax syntax =
        new Syntax(
                "run", "IMAGE [COMMAND] [ARG...]", "Create and run a new container from an image")
            .flag("-d --detach", "Run in the background and print the container's id")
            .value("--detach-keys", "keys", "Keys that detach, e.g. ctrl-p,ctrl-q")
            .flag("--sig-proxy", "Pass signals on to the container (default true)");
    return all(syntax);
  }

  static Syntax create(String name) {
    return all(new Syntax(name, "IMAGE [COMMAND] [ARG...]", "Create a new container"));
  }

  private static Syntax all(Syntax syntax) {
    program(syntax);
    storage(syntax);
    network(syntax);
    limits(syntax);
    health(syntax);
    RareFlags.add(syntax);
    return syntax.operands(1, Integer.MAX_VALUE).endAtOperand();
  }

  private static void program(Syntax syntax) {
    syntax
        .values("-a --attach", "stream", "Attach to stdin, stdout or stderr")
        .value("--cidfile", "file", "Write the container's id to a file")
        .value("--entrypoint", "program", "Instead of the image's ENTRYPOINT")
        .values("-e --env", "NAME[=value]", "Set a variable; without a value, from the environment")
        .values("--env-file", "file", "Set variables from the lines of a file")
        .values("--group-add", "group", "Further groups of the user")
        .flag("--init", "Run a small init as first process")
        .flag("-i --interactive", "Keep stdin open")
        .values("-l --label", "key[=value]", "Set a label")
        .values("--label-file", "file", "Set labels from the lines of a file")
        .value("--log-driver", "driver", "json-file (the default), local or none")
        .values("--log-opt", "key=value", "max-size=10m, max-file=5")
        .value("--name", "name", "The container's name")
        .value("--platform", "os/arch", "Of an image for several platforms, this one")
        .value("--pull", "when", "Ask the registry: always, missing or never")
        .value(
            "--restart", "policy", "no, always, unless-stopped, on-failure[:n] or on-unhealthy[:n]")
        .flag("--rm", "Remove the container when it has ended")
        .value("--stop-signal", "signal", "The signal that asks it to end")
        .value("--stop-timeout", "seconds", "Time until it is killed")
        .flag("-t --tty", "Give it a terminal")
        .value("-u --user", "name[:group]", "Run as this user")
        .value("-w --workdir", "dir", "The working directory");
  }

  private static void storage(Syntax syntax) {
    syntax
        .values("--mount", "type=...", "type=bind|volume|tmpfs,src=...,dst=...[,ro]")
        .flag("--read-only", "Nothing can be written to the root file system")
        .value("--shm-size", "bytes", "Size of /dev/shm")
        .values("--tmpfs", "path[:opts]", "Mount an empty folder in memory")
        .values("-v --volume", "[src:]dst[:ro]", "Mount a volume, or a path of the host")
        .values("--volumes-from", "container[:ro]", "Mount what another container has mounted");
  }

  private static void network(Syntax syntax) {
    syntax
        .values("--add-host", "host:ip", "Add a line to /etc/hosts")
        .values("--dns", "address", "Name server")
        .values("--dns-option --dns-opt", "option", "Option for /etc/resolv.conf")
        .values("--dns-search", "domain", "Domain that names are searched in")
        .value("--domainname", "name", "The container's NIS domain name")
        .values("--expose", "port", "Ports that the program listens on")
        .value("-h --hostname", "name", "The container's host name")
        .value("--ip", "address", "IPv4 address")
        .value("--ip6", "address", "IPv6 address")
        .values("--link", "container[:alias]", "Another container's name here")
        .value("--mac-address", "address", "Address of its network device")
        .values("--network --net", "network", "bridge, host, none, container:NAME or a network")
        .values("--network-alias --net-alias", "name", "A name of it in the network")
        .values("-p --publish", "[ip:][port:]port", "Publish a port on the host")
        .flag("-P --publish-all", "Publish all exposed ports on random ones");
  }

  private static void limits(Syntax syntax) {
    syntax
        .values("--cap-add", "capability", "Add a capability, e.g. NET_ADMIN or ALL")
        .values("--cap-drop", "capability", "Drop a capability")
        .value("--cpu-period", "microseconds", "Period of --cpu-quota")
        .value("--cpu-quota", "microseconds", "Processor time per period")
        .value("-c --cpu-shares", "weight", "Share of busy processors (1024 is usual)")
        .value("--cpus", "number", "Number of processors, e.g. 1.5")
        .value("--cpuset-cpus", "list", "Processors to run on, e.g. 0-2,4")
        .value("--cpuset-mems", "list", "Memory nodes to use")
        .values("--device", "path[:path[:rwm]]", "A device of the host")
        .value("--ipc", "mode", "private, host or container:NAME")
        .value("-m --memory", "bytes", "Most memory, e.g. 512m")
        .value("--memory-reservation", "bytes", "Memory that it keeps when others want it")
        .value("--memory-swap", "bytes", "Most memory and swap together; -1: no limit")
        .value("--pid", "mode", "host or container:NAME")
        .value("--pids-limit", "number", "Most processes")
        .flag("--privileged", "All capabilities and devices")
        .values("--security-opt", "option", "no-new-privileges or seccomp=unconfined")
        .values("--sysctl", "name=value", "Kernel setting of its own")
        .values("--ulimit", "name=soft[:hard]", "Set a resource limit")
        .value("--uts", "mode", "host: the host's name");
  }

  private static void health(Syntax syntax) {
    syntax
        .value("--health-cmd", "command", "Command that tells whether it is healthy")
        .value("--health-interval", "duration", "Time between checks (30s)")
        .value("--health-retries", "number", "Failures that make it unhealthy (3)")
        .value("--health-start-interval", "duration", "Time between checks while it starts (5s)")
        .value("--health-start-period", "duration", "Time to start in, when failures don't count")
        .value("--health-timeout", "duration", "Time for one check (30s)")
        .flag("--no-healthcheck", "Do not check its health");
  }
}
