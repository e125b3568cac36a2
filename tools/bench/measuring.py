"""What the measuring scripts share: servers that are started once and asked in turns, wrk, tables."""

import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import time
import typing
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RELEASE = ROOT / "build" / "release"

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_parent(signal_number=signal.SIGTERM):
    """For preexec_fn: the process gets the signal when this one ends, however it does."""
    return lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal_number)


def end_as_by_error(*_):
    raise SystemExit("ended by a signal")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop_process(process, signal_number=signal.SIGTERM, limit=15):
    if process.poll() is not None:
        return
    process.send_signal(signal_number)
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Peer:
    """A server that is measured; started once, asked in turns."""

    def __init__(self, folder, make_command, environment=None):
        self.port = free_port()
        self.folder = folder
        self.command = make_command(self.port)
        self.environment = environment or {}
        self.process = None

    def start(self):
        """Seconds until the first answer."""
        started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=end_with_parent())
        return self.await_answer(started)

    def await_answer(self, started, limit=10.0):
        while time.monotonic() - started < limit:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.command[0]} ended with {self.process.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=1).read()
                return time.monotonic() - started
            except OSError:
                time.sleep(0.001)
        raise RuntimeError(f"{self.command[0]} did not answer within {limit} s")

    def memory_kib(self, name="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+)", status).group(1))

    def stop(self):
        if self.process is not None:
            stop_process(self.process)


def build_gin(name, folder):
    """The program of the Go package tools/bench/NAME, made in `folder`."""
    program = folder / pathlib.PurePath(name).name
    subprocess.run(
        ["go", "build", "-o", str(program), "."], cwd=ROOT / "tools/bench" / name, check=True,
        timeout=300, env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                          "GOCACHE": str(RELEASE.parent / "go")})
    return program


def log_in(port):
    """An access token of a new user, by way of the simulator."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/login", method="POST",
        data=json.dumps({"code": f"dev-bench.{time.time_ns()}"}).encode(),
        headers={"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))["data"]["access_token"]


class Sample(typing.NamedTuple):
    """What one run of wrk says; p99 of the latency in milliseconds."""
    rate: float
    p99: float
    requests: int


def in_seconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}[unit]


def load(port, path, connections, seconds, token=None, script=None, argument="", timeout=2):
    """One run of wrk, with the Lua script tools/bench/SCRIPT if there is one. Fails unless every
    answer is a success and comes within the timeout."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", f"--timeout={timeout}s",
               "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    if script:
        command += ["-s", str(ROOT / "tools/bench" / script)]
    output = subprocess.run(
        command + [f"http://127.0.0.1:{port}{path}", "--", *str(argument).split()],
        check=True, capture_output=True, text=True, timeout=seconds + 60,
        preexec_fn=end_with_parent()).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(output)
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    if requests == 0:
        raise RuntimeError(output)
    return Sample(float(re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE).group(1)),
                  1000 * in_seconds(re.search(r"^\s*99%\s+(\S+)", output, re.MULTILINE).group(1)),
                  requests)


def median_rate(samples):
    return statistics.median(sample.rate for sample in samples)


def median_p99(samples):
    return statistics.median(sample.p99 for sample in samples)


def median_table(title, samples, base):
    print(f"\n### {title}\n")
    print(f"| server | requests/s | lowest to highest | p99 | ratio to {base} |")
    print("|---|---|---|---|---|")
    for name, runs in samples.items():
        rates = [run.rate for run in runs]
        print(f"| {name} | {median_rate(runs):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} "
              f"| {median_p99(runs):.1f} ms | {median_rate(runs) / median_rate(samples[base]):.2f} |",
              flush=True)
