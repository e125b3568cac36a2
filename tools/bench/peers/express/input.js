import { errors } from './errors.js';

// What controls, is invisible or turns the direction of writing.
const hidden = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const languageTag = /^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$/;

export function isCode(code) {
  return typeof code === 'string' && code !== '' && Buffer.byteLength(code) <= 512 &&
    !/[\u0000-\u001f\u007f-\u009f]/.test(code);
}

function isAvatarUrl(text) {
  if (text === '') return true;
  if (text.length > 1024 || !/^https:\/\/[^/?#:]/.test(text) || /[^!-~]|["<>\\^`{|}]/.test(text)) return false;
  try {
    const parsed = new URL(text);
    return parsed.hostname !== '' && parsed.username === '' && parsed.password === '';
  } catch {
    return false;
  }
}

const rules = {
  nickname: (text) => [...text].length <= 64 && !hidden.test(text),
  avatar_url: isAvatarUrl,
  language: (text) => text.length <= 35 && languageTag.test(text),
};

export function readPatch(given) {
  const names = Object.keys(given);
  if (names.length === 0) throw errors.invalidField;
  for (const name of names) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : null;
    if (!rule || typeof given[name] !== 'string' || !rule(given[name])) throw errors.invalidField;
  }
  return given;
}

export function readLimit(text = '20') {
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 100) throw errors.invalidField;
  return limit;
}

// The last id of the page before; clients don't look into it.
export function readCursor(cursor) {
  if (cursor === undefined) return '0';
  const id = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  if (!/^[1-9][0-9]{0,18}$/.test(id) || BigInt(id) > 0x7fffffffffffffffn) throw errors.invalidField;
  return id;
}

export function writeCursor(id) {
  return Buffer.from(id).toString('base64url');
}
