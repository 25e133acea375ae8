"""Scenarios of bench/run about containers that run: exec, many at once, a published port, memory."""
import concurrent.futures
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

MANY = 50
AT_ONCE = 8
IDLE = 10
PROGRAM = ["sleep", "1000"]
GIGABYTE = 1 << 30


class Measured:
    """What bench/run asks of a call."""

    def __init__(self, seconds):
        self.seconds, self.megabytes = seconds, 0.0


def call(tool, *words, check=True):
    """One call of a tool that runs containers; what it prints may be held open by what it starts."""
    with tempfile.TemporaryFile() as said:
        code = subprocess.call(tool.command + tool.global_extra + list(words), env=tool.env, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        if check and code != 0:
            said.seek(0)
            raise RuntimeError("%s %s\n%s" % (tool.name, " ".join(words), said.read().decode(errors="replace")[-2000:]))


def remove(tool, *names):
    call(tool, "rm", "-f", *names, check=False)


def runs_containers(tool):
    if tool.name == "buildah":
        raise RuntimeError("runs no containers of images")


def ready(tool, name, *flags_and_command):
    runs_containers(tool)
    remove(tool, name)
    call(tool, "run", "-d", "--name", name, *flags_and_command)


# ---- exec ------------------------------------------------------------------------------------------------------------

def execute(bench):
    def once(tool, turn):
        ready(tool, "bench-exec", "bench-base", *PROGRAM)
        call(tool, "exec", "bench-exec", "true")            # the first one is not what people wait for
        start = time.perf_counter()
        call(tool, "exec", "bench-exec", "true")
        seconds = time.perf_counter() - start
        remove(tool, "bench-exec")
        return Measured(seconds)
    return once, lambda: bench.floor(*bench.sandbox()), 1, {"docker": 0.5, "podman": 0.5}


# ---- many at once ----------------------------------------------------------------------------------------------------

def started(tool, count, *flags):
    names = ["bench-%d" % i for i in range(count)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: call(tool, "run", "-d", "--name", name, *flags, "bench-base", *PROGRAM), names))
    return names


def many(bench):
    def once(tool, turn):
        runs_containers(tool)
        names = ["bench-%d" % i for i in range(MANY)]
        remove(tool, *names)
        start = time.perf_counter()
        try:
            started(tool, MANY)
            return Measured(time.perf_counter() - start)
        finally:
            remove(tool, *names)
    return once, lambda: MANY * bench.floor(*bench.sandbox()), 1, {"docker": 1.0, "podman": 1.0}


# ---- a published port ------------------------------------------------------------------------------------------------

def fetch(port):
    """Seconds for the bytes of one gigabyte, as soon as the file is served whole."""
    for _ in range(300):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/ready" % port, timeout=5):
                break
        except OSError:
            time.sleep(0.1)
    block, got = bytearray(1 << 20), 0
    start = time.perf_counter()
    with urllib.request.urlopen("http://127.0.0.1:%d/big" % port, timeout=60) as body:
        while size := body.readinto(block):
            got += size
    if got != GIGABYTE:
        raise RuntimeError("%d bytes instead of %d" % (got, GIGABYTE))
    return time.perf_counter() - start


def serving(folder):
    return "cd %s && dd if=/dev/zero of=big bs=1M count=1024 2>/dev/null && touch ready && exec busybox httpd -f -p %%d -h ." % folder


def port(bench):
    published = 18080

    def once(tool, turn):
        ready(tool, "bench-port", "-p", "%d:80" % published, "--tmpfs", "/srv:size=1100m", "bench-base", "sh", "-c", serving("/srv") % 80)
        try:
            return Measured(fetch(published))
        finally:
            remove(tool, "bench-port")

    def loopback():
        folder = tempfile.mkdtemp(dir="/dev/shm")
        server = subprocess.Popen(["/bin/busybox", "sh", "-c", serving(folder) % (published + 1)])
        try:
            return min(fetch(published + 1) for _ in range(3))
        finally:
            server.kill()
            server.wait()
            shutil.rmtree(folder)
    return once, loopback, 1, {"docker": 1.0}


# ---- memory ----------------------------------------------------------------------------------------------------------

def sizes():
    """Proportional set sizes in bytes by process, without those of the containers' own programs."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as words, open("/proc/%s/smaps_rollup" % pid) as rollup:
                if words.read().split(b"\0")[:-1] != [word.encode() for word in PROGRAM]:
                    found[pid] = sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) * 1024
        except OSError:
            pass                                            # it has ended, or is the kernel's
    return found


def memory(bench):
    def once(tool, turn):
        runs_containers(tool)
        before = sizes()
        names = started(tool, IDLE)
        time.sleep(1)
        try:
            return Measured(sum(size for pid, size in sizes().items() if pid not in before) / 1e6 / IDLE)
        finally:
            remove(tool, *names)
    return once, lambda: 1.0, 1, {"value": 1.0}


SCENARIOS = {
    "exec CONTAINER true": execute,
    "%d containers started, %d at once" % (MANY, AT_ONCE): many,
    "1 GB through a published port": port,
    "MB of memory besides the program, per idle container": memory,
}
