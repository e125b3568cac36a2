/** What differs between two versions of a configuration value, line by line. */
import { make } from './dom.js';
import { say } from './language.js';

const context = 3; // Lines around a change.
const mostCells = 4e6; // Beyond, the longest common part would take too long to find.

/** A value as it is edited and compared; '' if there is none. */
export const pretty = (value) => (value === undefined ? '' : JSON.stringify(value, null, 2));

/** How long the longest common part of what is left from each pair of lines is. */
function commonLengths(from, to) {
  const lengths = Array.from({ length: from.length + 1 }, () => new Uint32Array(to.length + 1));
  for (let i = from.length - 1; i >= 0; i -= 1)
    for (let j = to.length - 1; j >= 0; j -= 1)
      lengths[i][j] = from[i] === to[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  return lengths;
}

/** @returns {Array} of [sign, line]; the sign is ' ', '-' or '+' */
export function linesOfDiff(before, after) {
  const from = before === '' ? [] : before.split('\n');
  const to = after === '' ? [] : after.split('\n');
  const mark = (sign) => (line) => [sign, line];
  if (from.length * to.length > mostCells) return [...from.map(mark('-')), ...to.map(mark('+'))];
  const lengths = commonLengths(from, to);
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < from.length && j < to.length) {
    if (from[i] === to[j]) {
      lines.push([' ', from[i]]);
      i += 1;
      j += 1;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
      lines.push(['-', from[i]]);
      i += 1;
    } else {
      lines.push(['+', to[j]]);
      j += 1;
    }
  }
  return [...lines, ...from.slice(i).map(mark('-')), ...to.slice(j).map(mark('+'))];
}

/** Leaves out what is far from every change: those lines become one ['…', how many]. */
function shorten(lines) {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(([sign]) => sign !== ' '));
  const short = [];
  lines.forEach((line, index) => {
    if (isNear[index]) short.push(line);
    else if (short.at(-1)?.[0] === '…') short.at(-1)[1] += 1;
    else short.push(['…', 1]);
  });
  return short;
}

const tags = { '-': 'del', '+': 'ins', ' ': 'span', '…': 'span' };
const kinds = { '-': 'is-old', '+': 'is-new', ' ': 'is-same', '…': 'is-left-out' };

function makeLines(lines) {
  return make('pre', { class: 'diff', tabindex: '0' }, lines.map(([sign, line]) => make(tags[sign], { class: kinds[sign] },
    sign === '…' ? `… ${say('diff.same', { count: line })}` : `${sign} ${line}`)));
}

const fields = ['value', 'otherwise', 'targeting', 'visibility', 'description', 'schema'];

/** A field as lines: texts as they are, everything else as JSON. */
function textOf(content, field) {
  const value = content?.[field];
  if (value === undefined || (value === null && field !== 'value' && field !== 'otherwise')) return '';
  return field === 'visibility' || field === 'description' ? value : pretty(value);
}

/**
 * What differs between two contents, field by field.
 * @param {object|null} before a version or what an editor holds; null: the key was not there
 */
export function makeDiff(before, after) {
  const parts = fields.map((field) => [field, textOf(before, field), textOf(after, field)])
    .filter(([, from, to]) => from !== to)
    .map(([field, from, to]) => make('div', { class: 'diff-part' },
      make('h3', {}, say(`config.${field}`)), makeLines(shorten(linesOfDiff(from, to)))));
  return make('div', { class: 'stack' }, parts.length > 0 ? parts : make('p', { class: 'empty' }, say('diff.none')));
}
