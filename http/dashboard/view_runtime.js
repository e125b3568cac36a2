/** The process and what it was built from. */
import { get } from './api.js';
import { make, makeButton, setChildren } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { makeFacts, makeProblem, makeSection } from './parts.js';

/** Members of members as "libraries.caf". */
function flatten(value, start = '') {
  return Object.entries(value).flatMap(([name, inner]) => (inner !== null && typeof inner === 'object'
    ? flatten(inner, `${start}${name}.`) : [[start + name, String(inner)]]));
}

function factsOf(now) {
  return [
    [say('runtime.started'), format.time(now.started_at)], [say('runtime.uptime'), format.seconds(now.uptime_seconds)],
    [say('runtime.pid'), String(now.pid)], [say('runtime.cores'), format.count(now.cores)],
    [say('runtime.threads'), format.count(now.threads)], [say('card.cpu'), format.percent(now.cpu_percent)],
    [say('runtime.cputime'), format.seconds(now.cpu_seconds)], [say('card.memory'), format.bytes(now.memory_bytes)],
    [say('runtime.memorypeak'), format.bytes(now.memory_peak_bytes)],
    [say('runtime.descriptors'), `${format.count(now.descriptors)} / ${format.count(now.descriptors_max)}`],
  ];
}

export function createRuntime() {
  const problem = makeProblem();
  const place = make('div', { class: 'stack' });

  async function load() {
    problem.clear();
    try {
      const now = await get('/runtime');
      const process = makeFacts();
      const version = makeFacts();
      process.update(factsOf(now));
      version.update(flatten(now.version ?? {}));
      setChildren(place, makeSection(say('runtime.process'), process.element, makeButton(say('refresh'), load)),
        makeSection(say('runtime.version'), version.element));
    } catch (failed) {
      problem.show(failed);
    }
  }

  load();
  return { element: make('div', { class: 'stack' }, problem.element, place) };
}
