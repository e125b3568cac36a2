/** The last minutes of what the samples say, bounded: for the charts. */

const longOnes = 300; // Samples; one comes each second.
const shortOnes = 120;

/** Values with their times in milliseconds, oldest first. */
export class Series {
  constructor(limit) {
    this.limit = limit;
    this.times = [];
    this.values = [];
  }

  push(at, value) {
    this.times.push(at);
    this.values.push(Number.isFinite(value) ? value : 0);
    if (this.times.length > this.limit) {
      this.times.shift();
      this.values.shift();
    }
  }
}

export const actorKey = (row) => `${row.type} ${row.lane} ${row.node}`;
export const routeKey = (row) => `${row.method} ${row.route}`;

/** Series that are seen no more are dropped. */
class Group {
  constructor(limit) {
    this.limit = limit;
    this.all = new Map();
  }

  push(at, rows, keyOf, read) {
    const seen = new Set();
    for (const row of rows) {
      const key = keyOf(row);
      seen.add(key);
      if (!this.all.has(key)) this.all.set(key, {});
      const series = this.all.get(key);
      for (const [name, value] of Object.entries(read(row))) {
        series[name] ??= new Series(this.limit);
        series[name].push(at, value);
      }
    }
    for (const key of this.all.keys()) if (!seen.has(key)) this.all.delete(key);
  }

  /** The series of a row by its name; undefined before its first sample. */
  of(key, name) {
    return this.all.get(key)?.[name];
  }
}

export class History {
  constructor() {
    this.overview = new Group(longOnes);
    this.actors = new Group(shortOnes);
    this.routes = new Group(shortOnes);
    this.lanes = new Group(shortOnes);
    this.pools = new Group(shortOnes);
  }

  push(sample) {
    const at = Date.parse(sample.at);
    this.overview.push(at, [sample.overview], () => '', (now) => ({
      requests: now.requests_per_second, errors: now.errors_per_second, p99: now.latency.p99_us,
      cpu: now.cpu_percent, memory: now.memory_bytes, connections: now.connections,
    }));
    this.actors.push(at, sample.actors, actorKey,
      (row) => ({ per_second: row.per_second, mailbox: row.mailbox }));
    this.routes.push(at, sample.routes, routeKey, (row) => ({ per_second: row.per_second }));
    this.lanes.push(at, sample.lanes, (row) => row.lane,
      (row) => ({ per_second: row.per_second, busy: 100 * row.busy }));
    this.pools.push(at, sample.db.pools, (row) => row.lane,
      (row) => ({ busy: row.busy, waiting: row.waiting }));
  }
}
