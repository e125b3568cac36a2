"""The cells of the race, what has been measured of them, and how far it has come."""

import csv
import json
import sys
import time


class Cells:
    """Keeps each cell as a line of JSON as soon as it is measured, and a table of its main figures. A cell
    that is there is not measured again."""

    COLUMNS = ("phase", "scenario", "server", "connections", "round", "offered", "rate", "requests",
               "errors", "p50_us", "p95_us", "p99_us", "p999_us", "max_us", "server_cpu_us_a_request",
               "memory_mib")

    def __init__(self, folder, settings):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.lines = folder / "cells.jsonl"
        self.table = folder / "cells.csv"
        self.known = {}
        described = folder / "run.json"
        if described.exists() and self.lines.exists():
            before = json.loads(described.read_text())
            changed = sorted(name for name in settings["options"]
                             if before["options"].get(name) != settings["options"][name])
            if changed:
                raise SystemExit(
                    f"{folder} has cells of a run with other settings ({', '.join(changed)}): go on with "
                    "those, or begin anew with --fresh")
            self.known = read_cells(self.lines)
        else:
            described.write_text(json.dumps(settings, indent=1) + "\n")
            with open(self.table, "w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(self.COLUMNS)

    @staticmethod
    def key(cell):
        return tuple(cell.get(name) for name in
                     ("phase", "scenario", "server", "connections", "round", "step"))

    def has(self, cell):
        """Whether it has been measured; what could not be is tried again."""
        return "failed" not in self.known.get(self.key(cell), {"failed": ""})

    def add(self, cell):
        self.known[self.key(cell)] = cell
        with open(self.lines, "a", encoding="utf-8") as file:
            file.write(json.dumps(cell, ensure_ascii=False) + "\n")
        with open(self.table, "a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow([cell.get(name, "") for name in self.COLUMNS])

    def of(self, **wanted):
        return [cell for cell in self.known.values()
                if all(cell.get(name) == value for name, value in wanted.items())]


def read_cells(lines):
    """By their keys; of one that was measured twice, the last one."""
    cells = map(json.loads, lines.read_text().splitlines())
    return {Cells.key(cell): cell for cell in cells}


class Progress:
    """A bar on a terminal; elsewhere a line for each cell."""

    WIDTH = 30

    def __init__(self, total):
        self.total = total
        self.done = 0
        self.measured = 0
        self.started = time.monotonic()
        self.is_terminal = sys.stderr.isatty()

    def skip(self):
        self.done += 1

    def show(self, what):
        if not self.is_terminal:
            return
        full = self.WIDTH * self.done // max(1, self.total)
        print(f"\r\033[K[{'#' * full}{'.' * (self.WIDTH - full)}] {self.done}/{self.total}, "
              f"{self._left()}, {what}"[:140], end="", file=sys.stderr, flush=True)

    def _left(self):
        if self.measured == 0:
            return "…"
        seconds = (time.monotonic() - self.started) / self.measured * (self.total - self.done)
        return f"{seconds / 60:.0f} min left" if seconds >= 90 else f"{seconds:.0f} s left"

    def finish(self, what, result):
        self.done += 1
        self.measured += 1
        if self.is_terminal:
            self.show(what)
        else:
            print(f"{self.done}/{self.total} {what}: {result}", flush=True)

    def close(self):
        if self.is_terminal:
            print(file=sys.stderr)
