/** Numbers and times as people read them. "–" is what is not known. */

let locale = 'en-GB';
export const setLocale = (chosen) => { locale = chosen; };

export const unknown = '–';
const space = '\u00a0'; // A number and its unit stay on one line.

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

const formats = new Map();
/** Intl's objects are dear to make. */
function numberFormat(options) {
  const name = locale + JSON.stringify(options);
  if (!formats.has(name)) formats.set(name, new Intl.NumberFormat(locale, options));
  return formats.get(name);
}

function decimals(value, digits) {
  return numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** Three digits that count: 0.12, 1.23, 12.3, 123, 12,345. */
function precise(value) {
  const size = Math.abs(value);
  if (size >= 99.95) return decimals(value, 0);
  return decimals(value, size >= 9.995 ? 1 : 2);
}

export const count = (value) => (isNumber(value) ? decimals(value, 0) : unknown);

/** How often a second; the unit is said by who shows it. */
export function rate(value) {
  if (!isNumber(value)) return unknown;
  return value === 0 ? '0' : precise(value);
}

/** A duration in microseconds, e.g. "850 µs", "1.24 ms". */
export function micros(value) {
  if (!isNumber(value)) return unknown;
  if (value === 0) return '0';
  if (value < 999.5) return `${value < 9.95 ? precise(value) : decimals(value, 0)}${space}µs`;
  if (value < 999500) return `${precise(value / 1000)}${space}ms`;
  return `${precise(value / 1e6)}${space}s`;
}

export function bytes(value) {
  if (!isNumber(value)) return unknown;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let left = value;
  while (left >= 1023.5 && at < units.length - 1) {
    left /= 1024;
    at += 1;
  }
  return `${at === 0 ? decimals(left, 0) : precise(left)}${space}${units[at]}`;
}

/** A number that is in percent already. */
export const percent = (value) => (isNumber(value) ? `${decimals(value, value < 9.95 ? 1 : 0)}${space}%` : unknown);

const unit = (value, name) => numberFormat({ style: 'unit', unit: name, unitDisplay: 'short' }).format(value);

/** A duration in seconds by its two largest units, e.g. "3 days, 4 hr", "12 min, 5 sec". */
export function seconds(value) {
  if (!isNumber(value)) return unknown;
  const whole = Math.max(0, Math.floor(value));
  const parts = [['day', Math.floor(whole / 86400)], ['hour', Math.floor(whole / 3600) % 24],
    ['minute', Math.floor(whole / 60) % 60], ['second', whole % 60]];
  const first = parts.findIndex(([, size]) => size > 0);
  if (first === -1) return unit(0, 'second');
  return parts.slice(first, first + 2).filter(([, size]) => size > 0)
    .map(([name, size]) => unit(size, name)).join(' ');
}

const two = (value) => String(value).padStart(2, '0');

/** The time of day here, of a Date. */
export const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** An RFC 3339 time as it is here, e.g. "2026-11-24 13:45:54". */
export function time(text) {
  const date = new Date(text ?? NaN);
  if (Number.isNaN(date.getTime())) return unknown;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`;
}

/** Seconds from one RFC 3339 time to another; NaN if one of them is none. */
export const secondsBetween = (from, to) => (new Date(to ?? NaN) - new Date(from ?? NaN)) / 1000;

/** How often of how many, in percent; 0 of 0 is 0. */
export const share = (part, whole) => (whole > 0 ? (100 * part) / whole : 0);
