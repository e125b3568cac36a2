"""What the processes of a server cost: CPU and memory, looked at once a second."""

import os
import pathlib
import re
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid):
    """The process and all that it has started."""
    found = [pid]
    for each in found:
        try:
            for thread in pathlib.Path(f"/proc/{each}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
        except OSError:
            pass  # It has ended.
    return found


def cpu_seconds(pid):
    total = 0.0
    for each in family(pid):
        try:
            fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def memory_kib(pid):
    """Proportional: what processes share counts once."""
    total = 0
    for each in family(pid):
        try:
            text = pathlib.Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE).group(1))
    return total


class Watch:
    """Looks at a server once a second, from the beginning of the `with` block to its end."""

    def __init__(self, pid, others):
        self.pid = pid
        self.others = others  # The names of further processes and their pids: only their CPU.
        self.samples = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.started = time.monotonic()
        self.before = self._cpu()
        self._look()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        self._look()
        after = self._cpu()
        self.cpu = {name: after[name] - self.before[name] for name in after}

    def _cpu(self):
        return {"server": cpu_seconds(self.pid)} | {
            name: cpu_seconds(pid) for name, pid in self.others.items()}

    def _run(self):
        while not self.stop.wait(1):
            self._look()

    def _look(self):
        self.samples.append({"at": round(time.monotonic() - self.started, 2),
                             "cpu_seconds": round(cpu_seconds(self.pid), 2),
                             "memory_kib": memory_kib(self.pid)})

    def memory_kib_max(self):
        return max(sample["memory_kib"] for sample in self.samples)
