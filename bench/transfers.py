"""What goes to a registry and comes from it: scenarios of bench/run. Needs docker-registry, which is on the same disk for all."""
import os
import shlex
import socket
import subprocess
import time

MEGABYTE = 1 << 20
SIZE = 200


class Registry:
    """docker-registry on a free port of loopback, started once and ended with the bench."""

    running = None

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = "127.0.0.1:%d" % free.getsockname()[1]
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/registry.yml", "w") as settings:
            settings.write("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/data}, delete: {enabled: true}}\n"
                           "http: {addr: %s}\n" % (folder, self.host))
        self.process = subprocess.Popen(["docker-registry", "serve", folder + "/registry.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", int(self.host.split(":")[1]))).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("docker-registry does not start")

    @classmethod
    def of(cls, bench):
        if cls.running is None:
            cls.running = cls(bench.disk + "/registry")
        return cls.running

    @classmethod
    def stop(cls):
        if cls.running is not None:
            cls.running.process.terminate()
            cls.running.process.wait()
            cls.running = None


def plain(tool):
    """What the tools that want TLS everywhere must be told."""
    return ["--tls-verify=false"] if tool.name in ("buildah", "podman") else []


def call(bench, tool, *words):
    return bench.timed(tool.command + tool.global_extra + list(words), env=tool.env)


def fresh(bench, megabytes):
    """A context with one large file, a few bytes of which make it another each time.

    What layers hold is programs, libraries, scripts and texts, so it is those of this machine's /usr, in the order of their names, again from
    the start when they do not suffice. Noise and one line again and again, which it was before, are no work for a compressor: what is measured
    with them is the start of a process and the way through the network."""
    folder = bench.context("usr-%d" % megabytes, "FROM scratch\nCOPY data /data\n")
    path = folder + "/data"
    if not os.path.exists(path):
        with open(path, "wb") as file:
            copy_usr(file, megabytes * MEGABYTE)
    with open(path, "r+b") as file:
        file.write(os.urandom(16))
    return folder


def copy_usr(out, size):
    left = size
    while left > 0:
        before = left
        for root in ("/usr/bin", "/usr/lib", "/usr/share"):
            for folder, folders, files in os.walk(root):
                folders.sort()
                for name in sorted(files):
                    path = os.path.join(folder, name)
                    if left > 0 and os.path.isfile(path) and not os.path.islink(path) and os.access(path, os.R_OK):
                        with open(path, "rb") as file:
                            piece = file.read(min(left, 32 * MEGABYTE))
                        out.write(piece)
                        left -= len(piece)
        if left == before:
            raise RuntimeError("there is nothing to read in /usr")


def half_noise(bench, megabytes):
    """A context as a push of archives and generated texts has it: half of it cannot be compressed, the other half is the same line again and again."""
    folder = bench.context("layer-%d" % megabytes, "FROM scratch\nCOPY data /data\n")
    path = folder + "/data"
    if not os.path.exists(path):
        noise = os.urandom(8 * MEGABYTE)
        with open(path, "wb") as file:
            for number in range(megabytes // 2):
                start = number % 7 * MEGABYTE
                file.write(noise[start:start + MEGABYTE])
                file.write((b"line %06d of a text that compresses as texts do\n" % number) * (MEGABYTE // 48))
    with open(path, "r+b") as file:
        file.write(os.urandom(16))
    return folder


def pushing(bench, make, megabytes):
    registry = Registry.of(bench)

    def once(tool, turn):
        name = "%s/bench/%s:%d" % (registry.host, tool.name, turn)
        tool.build(make(bench, megabytes), name, True)
        bench.settle()
        return call(bench, tool, "push", *plain(tool), name)
    return once


def push_of(make):
    def scenario(bench):
        layer = make(bench, SIZE) + "/data"
        floor = "gzip -1 < %s | openssl dgst -sha256" % shlex.quote(layer)
        return pushing(bench, make, SIZE), lambda: bench.floor("sh", "-c", floor), 1, {"docker": 0.6, "MB": 150}
    return scenario


def push_large(bench):
    """Four times as large, for the memory."""
    return pushing(bench, fresh, 4 * SIZE), lambda: 1.0, 1, {"MB": 150}


def push_again(bench):
    registry = Registry.of(bench)

    def once(tool, turn):
        name = "%s/bench/%s:again" % (registry.host, tool.name)
        if turn == 0:
            tool.build(fresh(bench, SIZE), name, True)
            call(bench, tool, "push", *plain(tool), name)
        return call(bench, tool, "push", *plain(tool), name)
    return once, lambda: bench.floor("openssl", "version"), 1, {"s": 0.3}


def pull_tree(bench):
    registry = Registry.of(bench)
    name = registry.host + "/bench/tree:1"
    folder = bench.context("copy", "FROM scratch\nCOPY data /data\n")
    if not os.path.exists(folder + "/data"):
        subprocess.check_call(["cp", "-a", bench.tree() + "/data", folder + "/data"])
    done = []

    def once(tool, turn):
        if not done:                                    # jbuild comes first, and pushes what all of them pull
            tool.build(folder, name, True)
            call(bench, tool, "push", name)
            done.append(name)
        try:
            call(bench, tool, *(["rmi", name] if tool.name != "podman" else ["rmi", "-f", name]))
        except RuntimeError:
            pass                                        # it was not there
        tool.prune()
        bench.settle()
        return call(bench, tool, "pull", "-q", *plain(tool), name)

    def floor():
        archive = bench.disk + "/floor.tar"
        subprocess.check_call(["tar", "-C", folder, "-cf", archive, "data"])
        return bench.floor("tar", "-C", bench.disk + "/floor", "-xf", archive)
    return once, floor, 1, {"podman": 0.5, "MB": 150}


SCENARIOS = {
    "push of a fresh layer of 200 MB": push_of(fresh),
    "push of 200 MB, half of it noise": push_of(half_noise),
    "push of a fresh layer of 800 MB": push_large,
    "push of what is there": push_again,
    "pull of 20,000 files / 200 MB": pull_tree,
}
