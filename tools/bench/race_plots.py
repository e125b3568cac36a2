"""The pictures of the race's report, as SVG."""

import io
import math

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from race_scenarios import SCENARIOS

COLOURS = {"Maque": "#c8102e", "Gin": "#00798c", "Rust": "#d98e04", "Express": "#6a8d3f",
           "nginx": "#8a8a8a"}
PARTS = {"server": "#444444", "postgres": "#8fa8c8", "simulator": "#d9d9d9"}
STAGES = ("parse", "queue", "logic", "database", "upstream", "serialise")
STAGE_COLOURS = ("#4c72b0", "#dd8452", "#55a868", "#8172b3", "#937860", "#ccb974")

plt.rcParams.update({
    "font.family": "sans-serif", "font.size": 10, "svg.fonttype": "none", "axes.spines.top": False,
    "axes.spines.right": False, "axes.titlesize": 11, "axes.titleweight": "bold", "axes.grid": True,
    "grid.color": "#e4e4e4", "axes.axisbelow": True, "figure.constrained_layout.use": True})


def short(value):
    """12,300 as 12.3k."""
    if value >= 1_000_000:
        return f"{value / 1e6:.3g}M"
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    if value >= 1_000:
        return f"{value / 1000:.1f}k"
    return f"{value:.3g}"


def in_milliseconds(value, _=None):
    return f"{value:g}" if value < 1000 else f"{value / 1000:g} s"


def as_svg(figure):
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight")
    plt.close(figure)
    svg = text.getvalue()
    return svg[svg.index("<svg"):]


def label_ends(axis, labels):
    """Writes each (text, x, y, colour) beside the end of its line, apart from the others."""
    axis.figure.canvas.draw()
    gap = 13 * axis.figure.dpi / 72
    places = sorted(([axis.transData.transform((x, y))[1], text, x, y, colour]
                     for text, x, y, colour in labels), key=lambda place: place[0])
    for lower, upper in zip(places, places[1:]):
        upper[0] = max(upper[0], lower[0] + gap)
    for height, text, x, y, colour in places:
        offset = (height - axis.transData.transform((x, y))[1]) * 72 / axis.figure.dpi
        axis.annotate(text, (x, y), xytext=(8, offset), textcoords="offset points", color=colour,
                      fontweight="bold", va="center", annotation_clip=False)


class Plots:
    def __init__(self, results):
        self.results = results

    def _panels(self, scenarios, height):
        columns = 3
        rows = max(1, math.ceil(len(scenarios) / columns))
        figure, axes = plt.subplots(rows, columns, figsize=(12, height * rows), squeeze=False)
        for unused in axes.flat[len(scenarios):]:
            unused.axis("off")
        return figure, axes.flat

    def _servers(self, scenario):
        return [name for name in COLOURS if self.results.closed("rate", scenario, name) is not None]

    def _bars(self, axes, scenario, values, labels):
        names = list(values)
        axes.barh(names, list(values.values()), color=[COLOURS[name] for name in names], height=0.7)
        axes.invert_yaxis()
        axes.set_title(SCENARIOS[scenario].title, loc="left")
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        for place, name in enumerate(names):
            axes.annotate(labels[name], (values[name], place), xytext=(4, 0),
                          textcoords="offset points", va="center", fontsize=9)

    def rates(self, scenarios):
        figure, axes = self._panels(scenarios, 1.75)
        for axis, scenario in zip(axes, scenarios):
            rates = {name: self.results.closed("rate", scenario, name)
                     for name in self._servers(scenario)}
            gin = rates.get("Gin")
            labels = {name: f"{rate:,.0f}" + (f"  ({rate / gin:.2f}× Gin)" if gin and name != "Gin" else "")
                      for name, rate in rates.items()}
            self._bars(axis, scenario, rates, labels)
            axis.set_xlim(0, max(rates.values(), default=1) * 1.75)
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        figure.supxlabel("requests a second, 400 connections: longer is better", fontsize=11)
        return as_svg(figure) if scenarios else ""

    def latencies(self, scenarios):
        figure, axes = self._panels(scenarios, 1.75)
        for axis, scenario in zip(axes, scenarios):
            times = {name: self.results.closed("p99_us", scenario, name) / 1000
                     for name in self._servers(scenario)}
            self._bars(axis, scenario, times,
                       {name: f"{time:.1f} ms" if time < 100 else f"{time:,.0f} ms"
                        for name, time in times.items()})
            axis.set_xscale("log")
            axis.set_xlim(0.5, max([*times.values(), 5]) * 6)
            axis.xaxis.set_major_locator(LogLocator(base=10))
            axis.xaxis.set_major_formatter(FuncFormatter(in_milliseconds))
            axis.xaxis.set_minor_formatter(NullFormatter())
        figure.supxlabel("milliseconds in which 99 of 100 requests are answered, 400 connections: "
                         "shorter is better", fontsize=11)
        return as_svg(figure) if scenarios else ""

    def cpu(self, scenarios):
        figure, axes = self._panels(scenarios, 1.75)
        for axis, scenario in zip(axes, scenarios):
            names = self._servers(scenario)
            left = [0.0] * len(names)
            for part, colour in PARTS.items():
                costs = [self.results.closed(f"{part}_cpu_us_a_request", scenario, name) for name in names]
                axis.barh(names, costs, left=left, color=colour, height=0.7)
                left = [sum(pair) for pair in zip(left, costs)]
            for place, total in enumerate(left):
                server = self.results.closed("server_cpu_us_a_request", scenario, names[place])
                text = f"{server:.1f}" if total - server < 0.5 else f"{server:.1f} + {total - server:.1f}"
                axis.annotate(text, (total, place), xytext=(4, 0), textcoords="offset points",
                              va="center", fontsize=9)
            axis.invert_yaxis()
            axis.set_title(SCENARIOS[scenario].title, loc="left")
            axis.grid(axis="y", visible=False)
            axis.tick_params(axis="y", length=0)
            axis.set_xlim(0, max([*left, 1]) * 1.5)
        handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in PARTS.values()]
        figure.legend(handles, ["the server", "PostgreSQL", "the simulator of WeChat"],
                      loc="lower center", ncol=3, frameon=False, bbox_to_anchor=(0.5, 1))
        figure.supxlabel("microseconds of CPU a request, 400 connections: shorter is better",
                         fontsize=11)
        return as_svg(figure) if scenarios else ""

    def open_loops(self):
        scenarios = self.results.scenarios("open")
        if not scenarios:
            return ""
        rows = math.ceil(len(scenarios) / 2)
        figure, axes = plt.subplots(rows, 2, figsize=(12, 4 * rows), squeeze=False)
        for unused in axes.flat[len(scenarios):]:
            unused.axis("off")
        for axis, scenario in zip(axes.flat, scenarios):
            labels = []
            for name, colour in COLOURS.items():
                runs = sorted(self.results.of(phase="open", scenario=scenario, server=name),
                              key=lambda run: run["offered"])
                if not runs:
                    continue
                bearable = [run for run in runs if not run["saturated"]]
                rates = [run["rate"] for run in bearable]
                times = [run["p99_us"] / 1000 for run in bearable]
                axis.plot(rates, times, color=colour, marker="o", markersize=4, linewidth=2)
                axis.plot(rates, [run["p50_us"] / 1000 for run in bearable], color=colour,
                          linestyle=":", linewidth=1.5)
                over = next((run for run in runs if run["saturated"]), None)
                if over and bearable:
                    axis.plot([rates[-1], over["rate"]], [times[-1], over["p99_us"] / 1000],
                              color=colour, linewidth=1, linestyle="--")
                    axis.plot([over["rate"]], [over["p99_us"] / 1000], color=colour, marker="x",
                              markersize=8, markeredgewidth=2)
                if bearable:
                    labels.append((name, rates[-1], times[-1], colour))
            axis.set_yscale("log")
            axis.set_title(SCENARIOS[scenario].title, loc="left")
            axis.set_xlabel("answered requests a second")
            axis.set_ylabel("milliseconds from the intended time")
            axis.margins(x=0.12)
            axis.set_xlim(left=0)
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
            axis.yaxis.set_major_formatter(FuncFormatter(in_milliseconds))
            axis.yaxis.set_minor_formatter(NullFormatter())
            label_ends(axis, labels)
        lines = [plt.Line2D([], [], color="#444", marker="o", markersize=4, linewidth=2),
                 plt.Line2D([], [], color="#444", linestyle=":"),
                 plt.Line2D([], [], color="#444", marker="x", linestyle="--", markeredgewidth=2)]
        figure.legend(lines, ["p99", "p50", "saturated: answers fall behind"], loc="lower center",
                      bbox_to_anchor=(0.5, 1), ncol=3, frameon=False)
        return as_svg(figure)

    def steady(self):
        runs = {name: self.results.of(phase="steady", server=name) for name in COLOURS}
        runs = {name: found[0] for name, found in runs.items() if found}
        if not runs:
            return ""
        figure, axis = plt.subplots(figsize=(12, 4))
        labels = []
        for name, run in runs.items():
            times = [second["p99_us"] / 1000 for second in run["seconds"]]
            axis.plot(range(1, len(times) + 1), times, color=COLOURS[name], linewidth=2)
            labels.append((name, len(times), times[-1], COLOURS[name]))
        offered = next(iter(runs.values()))["offered"]
        axis.set_title(f"the mix at {offered:,.0f} requests a second", loc="left")
        axis.set_xlabel("second of the run")
        axis.set_ylabel("p99, milliseconds")
        axis.set_yscale("log")
        axis.margins(x=0.02)
        axis.yaxis.set_major_formatter(FuncFormatter(in_milliseconds))
        axis.yaxis.set_minor_formatter(NullFormatter())
        label_ends(axis, labels)
        return as_svg(figure)

    def idle(self):
        steps = {name: self.results.idle_steps(name) for name in COLOURS}
        steps = {name: found for name, found in steps.items() if found}
        if not steps:
            return ""
        figure, axes = plt.subplots(1, 2, figsize=(12, 4))
        for axis, what, title, unit in (
                (axes[0], "memory_mib", "memory", "MiB"),
                (axes[1], "p99_us", "p99 of 64 busy connections", "milliseconds")):
            factor = 1000 if what == "p99_us" else 1
            labels = []
            for name, found in steps.items():
                values = [step[what] / factor for step in found]
                axis.plot([step["idle"] for step in found], values, color=COLOURS[name], marker="o",
                          markersize=4, linewidth=2)
                labels.append((f"{name}  {values[-1]:.3g}", found[-1]["idle"], values[-1],
                               COLOURS[name]))
            axis.set_title(title, loc="left")
            axis.set_xlabel("idle connections")
            axis.set_ylabel(unit)
            axis.set_ylim(bottom=0)
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            label_ends(axis, labels)
        return as_svg(figure)

    def stages(self):
        shares = {}
        for scenario in self.results.scenarios():
            cells = [cell for cell in self.results.of(phase="closed", scenario=scenario, server="Maque",
                                                      connections=400) if "stages" in cell]
            if cells:
                shares[scenario] = stage_means(cells[-1]["stages"])
        if not shares:
            return ""
        figure, axis = plt.subplots(figsize=(12, 0.5 * len(shares) + 1.2))
        names = [SCENARIOS[scenario].title for scenario in shares]
        left = [0.0] * len(names)
        for stage, colour in zip(STAGES, STAGE_COLOURS):
            parts = []
            for means in shares.values():
                total = sum(means.values()) or 1
                parts.append(100 * means.get(stage, 0) / total)
            axis.barh(names, parts, left=left, color=colour, label=stage, height=0.7)
            for place, part in enumerate(parts):
                if part >= 6:
                    axis.annotate(f"{part:.0f} %", (left[place] + part / 2, place), ha="center",
                                  va="center", color="white", fontsize=9)
            left = [sum(pair) for pair in zip(left, parts)]
        axis.invert_yaxis()
        axis.set_xlim(0, 100)
        axis.set_xlabel("% of a request's time in the server")
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncol=len(STAGES), frameon=False)
        return as_svg(figure)


def stage_means(routes):
    """Microseconds of each stage, on average over all routes that were asked."""
    sums, requests = {}, sum(route["count"] for route in routes)
    for route in routes:
        for stage, latency in route["stages"].items():
            sums[stage] = sums.get(stage, 0) + latency["mean_us"] * latency["count"]
    return {stage: total / max(1, requests) for stage, total in sums.items()}
