"""Draws the race: report/index.html, one page with all pictures in it, out of report/raw."""

import html
import json
import pathlib
import statistics

from measuring import ROOT
from race_cells import read_cells
from race_plots import COLOURS, Plots
from race_scenarios import SCENARIOS

SERVERS = ("Maque", "Gin", "Rust", "Express", "nginx")
MAIN_CONNECTIONS = 400

# What is to be reached at 400 connections: the scenario, the rate against Gin and Rust at least, p99
# against Gin at most.
GOALS = (("ping", 1.9, 1.1, 0.3), ("info_cached", 2.7, 1.2, 0.2), ("info_uncached", 3.7, 2.5, 0.1),
         ("list", 2.5, 1.5, 0.4), ("login_new", 3.0, 1.5, 0.4), ("mix", 2.7, 1.3, 0.25))
NGINX_GOAL = 0.95
IDLE_GOAL_MIB = 30
IDLE_P99_GOAL = 1.2  # "No effect": within what runs differ by anyway.

CODE = {"Gin": ("gin", "*.go", "//"), "Rust": ("rust/src", "*.rs", "//"),
        "Express": ("express", "*.js", "//")}

CACHES = (
    ("profiles, in “cached” scenarios and the mix",
     "100,000 in each lane; one flight for each miss; the owner tells all lanes of a change",
     "100,000, one LRU (hashicorp/golang-lru), a minute",
     "100,000, an LRU in 64 parts (lru), a minute",
     "100,000 in each process (lru-cache), a minute; the primary tells the others of a change"),
    ("configuration", "rendered JSON in each lane", "rendered JSON", "rendered JSON",
     "the object; rendered for each answer"),
    ("verified access tokens", "16,384 in each lane, so that a signature is checked once", "none",
     "none", "none"),
    ("prepared statements", "yes", "yes", "yes", "yes"),
    ("connections to PostgreSQL", "{pool}, of all lanes; what waits together is one statement",
     "{pool}, one request each", "{pool}: half for reads, which are pipelined, the others for "
     "what commits, one request each", "{pool}, of all processes; one request each"),
    ("log", "one request in a hundred, to a file", "none", "none", "none"),
)


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


class Results:
    def __init__(self, folder):
        raw = folder / "raw"
        self.run = json.loads((raw / "run.json").read_text())
        lines = raw / "cells.jsonl"
        self.cells = list(read_cells(lines).values()) if lines.exists() else []
        self.failed = [cell for cell in self.cells if "failed" in cell]

    def of(self, **wanted):
        return [cell for cell in self.cells if "failed" not in cell and
                all(cell.get(name) == value for name, value in wanted.items())]

    def median(self, name, **wanted):
        return median(cell[name] for cell in self.of(**wanted))

    def closed(self, name, scenario, server, connections=MAIN_CONNECTIONS):
        return self.median(name, phase="closed", scenario=scenario, server=server,
                           connections=connections)

    def ratio(self, name, scenario, other, connections=MAIN_CONNECTIONS):
        """Maque's median to another server's."""
        ours = self.closed(name, scenario, "Maque", connections)
        theirs = self.closed(name, scenario, other, connections)
        return ours / theirs if ours is not None and theirs else None

    def connections(self):
        return sorted({cell["connections"] for cell in self.of(phase="closed")})

    def scenarios(self, phase="closed"):
        there = {cell["scenario"] for cell in self.of(phase=phase)}
        return [name for name in SCENARIOS if name in there]

    def idle_steps(self, server):
        """The medians of the rounds for each number of idle connections."""
        rounds = [cell["steps"] for cell in self.of(phase="idle", server=server)]
        if not rounds:
            return []
        names = rounds[0][0]
        return [{name: median(steps[place][name] for steps in rounds) for name in names}
                for place in range(min(map(len, rounds)))]


# Pieces of the page ----------------------------------------------------------------------------------

def cell(value, form="{}"):
    return "<td>–</td>" if value is None else f"<td>{form.format(value)}</td>"


def table(heads, rows, kind=""):
    head = "".join(f"<th>{each}</th>" for each in heads)
    return (f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>'
            + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</tbody></table></div>")


def judged(value, limit, at_least):
    """A cell that says whether a goal is reached."""
    sign = "≥" if at_least else "≤"
    if value is None:
        return f'<td class="none">– <small>({sign} {limit:g})</small></td>'
    reached = value >= limit if at_least else value <= limit
    shown = f"{value:.2f}"
    if not reached and float(shown) == limit:
        shown = f"{value:.4f}"  # Missed by a hair, and seen to be.
    return (f'<td class="{"good" if reached else "bad"}">{"✓" if reached else "✗"} {shown} '
            f'<small>({sign} {limit:g})</small></td>')


def milliseconds(microseconds):
    if microseconds is None:
        return None
    return f"{microseconds / 1000:.2f}" if microseconds < 100_000 else f"{microseconds / 1000:,.0f}"


def goals(results):
    rows = []
    for scenario, gin, rust, p99 in GOALS:
        rows.append([f"<th>{SCENARIOS[scenario].title}</th>",
                     judged(results.ratio("rate", scenario, "Gin"), gin, True),
                     judged(results.ratio("rate", scenario, "Rust"), rust, True),
                     judged(results.ratio("p99_us", scenario, "Gin"), p99, False),
                     cell(results.ratio("rate", scenario, "Express"), "{:.1f}")])
    return table(["400 connections", "requests/s: Maque to Gin (wanted)", "Maque to Rust (wanted)",
                  "p99: Maque to Gin (wanted)", "requests/s: Maque to Express"], rows, "goals")


def other_goals(results):
    rows = [["<th>ping against nginx's literal, 400 connections</th>",
             judged(results.ratio("rate", "ping", "nginx"), NGINX_GOAL, True)]]
    steps = results.idle_steps("Maque")
    last = steps[-1] if steps else None
    if last and last["idle"]:
        rows.append([f"<th>MiB with {last['idle']:,} idle connections</th>",
                     judged(last["memory_mib"], IDLE_GOAL_MIB, False)])
        rows.append([f"<th>p99 of 64 busy connections with {last['idle']:,} idle ones, to that "
                     "without</th>", judged(last["p99_us"] / steps[0]["p99_us"], IDLE_P99_GOAL, False)])
    return table(["", "measured (wanted)"], rows, "goals")


def scenario_table(results, scenario):
    rows = []
    for connections in results.connections():
        for server in SERVERS:
            runs = results.of(phase="closed", scenario=scenario, server=server, connections=connections)
            if not runs:
                continue
            rates = [run["rate"] for run in runs]
            gin = results.closed("rate", scenario, "Gin", connections)
            middle = {name: median(run[name] for run in runs) for name in
                      ("p50_us", "p95_us", "p99_us", "p999_us", "max_us", "server_cpu_us_a_request",
                       "postgres_cpu_us_a_request", "memory_mib")}
            rows.append([
                f'<td class="server" style="border-color:{COLOURS[server]}">{server}</td>',
                f"<td>{connections:,}</td>", f"<td><b>{median(rates):,.0f}</b></td>",
                f"<td>{min(rates):,.0f} – {max(rates):,.0f}</td>",
                cell(median(rates) / gin if gin else None, "{:.2f}"),
                *(cell(milliseconds(middle[name])) for name in
                  ("p50_us", "p95_us", "p99_us", "p999_us", "max_us")),
                cell(middle["server_cpu_us_a_request"], "{:.1f}"),
                cell(middle["postgres_cpu_us_a_request"], "{:.1f}"),
                cell(middle["memory_mib"], "{:.0f}"),
                f"<td>{sum(run['errors'] for run in runs):,}</td>"])
    return table(["server", "connections", "requests/s", "lowest – highest", "to Gin", "p50 ms",
                  "p95 ms", "p99 ms", "p99.9 ms", "max ms", "CPU µs a request", "of PostgreSQL",
                  "MiB at most", "errors"], rows)


def idle_table(results):
    rows = []
    for server in SERVERS:
        for step in results.idle_steps(server):
            rows.append([f'<td class="server" style="border-color:{COLOURS[server]}">{server}</td>',
                         f"<td>{step['idle']:,}</td>", cell(step["memory_mib"], "{:.1f}"),
                         cell(step["busy_memory_mib"], "{:.1f}"), cell(step["rate"], "{:,.0f}"),
                         cell(milliseconds(step["p50_us"])), cell(milliseconds(step["p99_us"])),
                         cell(milliseconds(step["max_us"]))])
    if not rows:
        return ""
    return table(["server", "idle connections", "MiB", "MiB while 64 others ask", "requests/s of the 64",
                  "p50 ms", "p99 ms", "max ms"], rows)


def open_table(results, scenario):
    rows = []
    for server in SERVERS:
        for run in sorted(results.of(phase="open", scenario=scenario, server=server),
                          key=lambda run: run["offered"]):
            rows.append([f'<td class="server" style="border-color:{COLOURS[server]}">{server}</td>',
                         f"<td>{run['offered']:,.0f}</td>", f"<td>{run['rate']:,.0f}</td>",
                         *(cell(milliseconds(run[name])) for name in
                           ("p50_us", "p99_us", "p999_us", "max_us")),
                         f"<td>{run['unanswered']:,}</td>",
                         f"<td>{'saturated' if run['saturated'] else ''}</td>"])
    return table(["server", "offered/s", "answered/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms",
                  "without an answer at the end", ""], rows)


def lines_of_code(folder, pattern, comment):
    count = 0
    for file in sorted((ROOT / "tools/bench/peers" / folder).glob(pattern)):
        text = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
        count += sum(1 for line in text if line and not line.startswith(comment))
    return count


def same_and_different(results):
    pool = results.run["options"]["pool"]
    rows = [[f"<th>{what}</th>", *(f"<td>{text.format(pool=pool)}</td>" for text in each)]
            for what, *each in CACHES]
    rows.append(["<th>lines of code, without blank ones and comments</th>",
                 "<td>– (does far more)</td>",
                 *(f"<td>{lines_of_code(*CODE[name]):,}</td>" for name in ("Gin", "Rust", "Express"))])
    return table(["kept in the process", "Maque", "Gin", "Rust", "Express"], rows, "text")


STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, 'Noto Sans', sans-serif; color: #222; margin: 0 auto; max-width: 76rem;
       padding: 1rem 2rem 4rem; background: #fff; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 2px solid #eee; } h3 { margin-top: 2rem; }
.lead { color: #555; margin-top: .2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #e6e6e6; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { background: #f6f6f6; white-space: normal; vertical-align: bottom; }
.text td, .text th { text-align: left; white-space: normal; vertical-align: top; }
.goals { font-size: 1rem; } .goals small { color: #666; }
.good { background: #e3f4e3; } .bad { background: #fbe4e2; } .none { color: #777; }
.server { border-left: 6px solid; font-weight: 600; }
.wide { overflow-x: auto; margin: .7rem 0; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption { color: #555; font-size: .9rem; }
details { margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
"""


def section(title, *parts):
    """Nothing, if there is nothing to show in it."""
    content = "".join(parts)
    return f"<h2>{title}</h2>{content}" if content else ""


def figure(picture, caption):
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>" if picture else ""


def page(results):
    run, plots = results.run, Plots(results)
    options = run["options"]
    versions = ", ".join(each[0] for each in run["versions"].values() if each)
    scenarios = results.scenarios()
    parts = [
        "<h1>The race</h1>",
        f'<p class="lead">Maque, Gin, a Rust service (hyper) and Express answer the same mini-program API '
        f"on the same PostgreSQL. {run['date']}, {run['cores']} cores ({html.escape(run['cpu'])}, "
        f"{run['machine']}), {run['memory_gib']} GiB, shared with the load generator, PostgreSQL and the "
        f"simulator of WeChat; commit {''.join(run['commit'])}; {html.escape(versions)}. Medians of "
        f"{options['rounds']} interleaved rounds of {options['seconds']} s. Made by <code>make bench</code>"
        ".</p>",
        "<h2>What was to be reached</h2>", goals(results), other_goals(results),
        failures(results),
        section("Requests a second", figure(
            plots.rates(scenarios), "400 connections, each of which asks again when it has its answer. "
            "Longer is better. Each panel has its own scale; × is the multiple of Gin's rate.")),
        section("How long the slowest in a hundred wait", figure(
            plots.latencies(scenarios), "p99 at 400 connections, milliseconds, logarithmic: each line is "
            "ten times the one before. Shorter is better.")),
        section("Latency against throughput", figure(
            plots.open_loops(), "400 connections at a constant rate that doesn’t wait for answers. Each "
            "curve ends where the server is saturated. Lower and further to the right is better.")),
        section("The mix, second by second", figure(
            plots.steady(), "All servers at the same rate, which the slower of Gin and Express can just "
            "bear: the p99 of each second.")),
        section("Connections that do nothing", figure(
            plots.idle(), "Left: memory of the server with so many open connections. Right: p99 of "
            "GET /ping on 64 other connections meanwhile."), idle_table(results)),
        section("CPU of a request", figure(
            plots.cpu(scenarios), "Microseconds of CPU for a request at 400 connections: of the server, "
            "of PostgreSQL, of the simulator of WeChat. Shorter is better.")),
        section("Where a request's time goes", figure(
            plots.stages(), "Maque’s own measurement of its stages, at 400 connections; the other servers "
            "have none.")),
        "<h2>All figures</h2>",
    ]
    for scenario in scenarios:
        parts.append(f"<details><summary>{SCENARIOS[scenario].title}</summary>"
                     f"{scenario_table(results, scenario)}</details>")
    for scenario in results.scenarios("open"):
        parts.append(f"<details><summary>{SCENARIOS[scenario].title}, constant rates</summary>"
                     f"{open_table(results, scenario)}</details>")
    parts += ["<h2>What is the same, and what is not</h2>", same_and_different(results), METHOD]
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The race</title>'
            '<meta name="viewport" content="width=device-width">'
            f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n")


def failures(results):
    if not results.failed:
        return ""
    rows = [[f"<td>{each['server']}</td>", f"<td>{each['phase']}, {each['scenario']}</td>",
             f"<td>{each['connections']:,}</td>", f"<td>{html.escape(each['failed'][:200])}</td>"]
            for each in results.failed]
    return ("<h3>What could not be measured</h3><p>Each was tried twice.</p>"
            + table(["server", "what", "connections", "why"], rows, "text"))


METHOD = """
<h2>How it is measured</h2>
<ul>
<li>One server runs at a time, started for each run, in turns that go back and forth. Before each run all is
asked once and the answers are checked, and the server is warmed up.</li>
<li>Closed loop: <code>wrk</code> 4.1 with two threads. A run in which more than one request in a thousand
fails, or whose answers are not as long as the checked ones, counts for nothing. Where an answer makes the next
request (refresh, the mix), <code>load_generator</code> asks and checks every body. After logins, changes and
refreshes the rows in the database are counted: there are as many as answers.</li>
<li>Constant rate: <code>load_generator</code> has a time for each request, and the latency counts from that
time, not from when a connection was free to send it; requests that have no answer at the end count with the
time that they have waited. So a server that stalls is charged for all that would have been asked meanwhile
(no coordinated omission). The closed loop can't do that: its p99 flatters whoever stalls.</li>
<li>CPU and memory are those of all processes of a server, looked at once a second; memory is proportional
(PSS): what processes share counts once.</li>
<li>Every run that writes has a fresh copy of the same database, of 100,000 users; PostgreSQL is as durable as it
is by default.</li>
</ul>
"""


def markdown(results):
    """The main table, for README.md and docs/performance.md."""
    run = results.run
    lines = [f"`make bench`, {run['date']}, {run['cores']} cores ({run['cpu']}), shared with the load "
             f"generator and PostgreSQL; 400 connections, medians of {run['options']['rounds']} interleaved "
             f"rounds of {run['options']['seconds']} s:", "",
             "| scenario | Maque | to Gin | to Rust | to Express | p99 | p99 to Gin |", "|---|---|---|---|---|---|---|"]
    form = lambda value, text: "–" if value is None else text.format(value)
    for scenario in results.scenarios():
        ratios = [form(results.ratio("rate", scenario, other), "{:.2f} ×")
                  for other in ("Gin", "Rust", "Express")]
        p99 = results.closed("p99_us", scenario, "Maque")
        lines.append(" | ".join([
            f"| {SCENARIOS[scenario].title}", form(results.closed("rate", scenario, "Maque"), "{:,.0f}/s"),
            *ratios, form(None if p99 is None else p99 / 1000, "{:.1f} ms"),
            form(results.ratio("p99_us", scenario, "Gin"), "{:.2f}") + " |"]))
    return "\n".join(lines) + "\n"


def write(folder):
    """Draws what has been measured; the page's path."""
    results = Results(pathlib.Path(folder))
    (pathlib.Path(folder) / "table.md").write_text(markdown(results), encoding="utf-8")
    path = pathlib.Path(folder) / "index.html"
    path.write_text(page(results), encoding="utf-8")
    return path
