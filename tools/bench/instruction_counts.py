"""What the instruction counts of the hot paths are compared with, and what follows from it."""

import json
import typing

# How much of its baseline a path may grow by.
ALLOWED_GROWTH = 0.05


class Baseline(typing.NamedTuple):
    """Counts are of one operation, and hold for what one compiler makes for one kind of machine."""
    compiler: str
    machine: str
    counts: dict

    @classmethod
    def read(cls, file):
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(kept["compiler"], kept["machine"], kept["instructions"])

    def write(self, file):
        kept = {"compiler": self.compiler, "machine": self.machine, "instructions": self.counts}
        file.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")

    def is_for(self, compiler, machine):
        return (self.compiler, self.machine) == (compiler, machine)


def has_grown(before, now):
    return now > before * (1 + ALLOWED_GROWTH)


def has_shrunk(before, now):
    return now < before * (1 - ALLOWED_GROWTH)


def table(before, now):
    """Lines, one a path: of those of either side."""
    yield "| path | baseline | now | ratio |"
    yield "|---|---|---|---|"
    for name in list(now) + [name for name in before if name not in now]:
        yield (f"| {name} | {in_words(before.get(name))} | {in_words(now.get(name))} "
               f"| {ratio(before.get(name), now.get(name))} |")


def in_words(count):
    return "none" if count is None else f"{count:,}"


def ratio(before, now):
    return "" if before is None or now is None else f"{now / before:.3f}"


def breaches(before, now):
    """What is wrong, a line each; nothing if all is well."""
    for name, count in now.items():
        if name not in before:
            yield f"{name} has no baseline"
        elif has_grown(before[name], count):
            yield (f"{name} has grown by {100 * (count / before[name] - 1):.1f} %, "
                   f"more than {100 * ALLOWED_GROWTH:.0f} %")
    for name in before:
        if name not in now:
            yield f"{name} has a baseline, but is no path any more"


def gains(before, now):
    """The paths whose baseline would hide it if they lost again what they have gained."""
    return [name for name, count in now.items()
            if name in before and has_shrunk(before[name], count)]
