/** Whether the dashboard's files fit together, and keep what its security policy promises. */
'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { load, names, read } = require('./support/modules.js');

const scripts = names.filter((name) => name.endsWith('.js'));

/** What all files match of a pattern's first group, each with the file that it is in. */
const found = (files, pattern) => files.flatMap((name) =>
  Array.from(read(name).matchAll(pattern), ([, inner]) => ({ name, inner })));

test('Every text is there in both languages, with the same values', async () => {
  const { texts } = await load('texts.js');
  assert.ok(Object.keys(texts).length > 200);
  for (const [key, row] of Object.entries(texts)) {
    assert.equal(row.length, 2, key);
    const values = row.map((text) => Array.from(text.matchAll(/\{\w+\}/g), ([value]) => value).sort());
    assert.deepEqual(values[0], values[1], key);
    row.forEach((text) => assert.ok(text.trim() !== '' && text === text.trim(), key));
  }
});

test('No key of a text is written twice', () => {
  const keys = found(['texts.js'], /^ {2}'([^']+)':/gm).map(({ inner }) => inner);
  assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), []);
});

test('Every text that a module says is there, and every text is said', async () => {
  const { texts } = await load('texts.js');
  const said = found(scripts, /say\('([^']+)'/g);
  for (const { name, inner } of said) assert.ok(inner in texts, `${name}: ${inner}`);
  // say(`nav.${name}`): at least one key begins and ends like that.
  const made = [...found(scripts, /say\(`([^`]+)`/g), { name: 'view_wechat.js', inner: 'breaker.${name}' },
    { name: 'view_wechat.js', inner: 'token.${name}' }].filter(({ inner }) => inner !== '${text}.${name}');
  const patterns = made.map(({ name, inner }) => {
    const parts = inner.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/).map((part) => part.replace(/[.]/g, '[.]'));
    const pattern = new RegExp(`^${parts.join('.+')}$`);
    assert.ok(Object.keys(texts).some((key) => pattern.test(key)), `${name}: ${inner}`);
    return pattern;
  });
  const isSaid = (key) => said.some(({ inner }) => inner === key) || patterns.some((pattern) => pattern.test(key));
  assert.deepEqual(Object.keys(texts).filter((key) => !isSaid(key)), []);
});

test('Nothing inserts HTML or runs a text', () => {
  const sinks = /(innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser|createContextualFragment)/g;
  assert.deepEqual(found(scripts, sinks), []);
});

test('The page has no script or style of its own, for the policy refuses them', () => {
  const page = read('index.html');
  assert.doesNotMatch(page, /\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)/);
  assert.deepEqual(found(scripts, /(setAttribute\([^)]*'style'|\bstyle: [`'][\w-]+:)/g), []);
});

test('Nothing is asked for from another host', () => {
  const others = names.filter((name) => name.endsWith('.js') || name.endsWith('.css') || name.endsWith('.html'));
  const addresses = found(others, /((?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^\s'"]*)/g)
    .filter(({ inner }) => inner !== 'http://www.w3.org/2000/svg'); // A name, not an address.
  assert.deepEqual(addresses, []);
  assert.deepEqual(found(others, /(@import|url\()/g), []);
});

test('Every file that one names is there', () => {
  const files = [...found(scripts, /from '\.\/([^']+)'/g), ...found(['index.html'], /(?:src|href)="\/admin\/([^"]+)"/g)];
  assert.ok(files.length > 50);
  for (const { name, inner } of files) assert.ok(names.includes(inner), `${name}: ${inner}`);
});

test('Every class that is styled is one that something has', () => {
  const styled = new Set(names.filter((name) => name.endsWith('.css'))
    .flatMap((name) => Array.from(read(name).replace(/\/\*[^]*?\*\//g, '').replace(/\{[^{}]*\}/g, '{}')
      .matchAll(/\.([a-z][\w-]*)/g), ([, inner]) => inner)));
  const text = [...scripts, 'index.html'].map(read).join('\n');
  const isMade = (name) => new RegExp(`[\`'" ]${name}[\`'" ]`).test(text)
    || /^(stage-|card-|is-)/.test(name); // Made of a name: see stageNames, cards and kinds.
  assert.deepEqual([...styled].filter((name) => !isMade(name)), []);
});

test('Files are short enough to be read', () => {
  for (const name of names) assert.ok(read(name).split('\n').length <= 400, name);
});

/** The colours of both themes, e.g. { light: { text: '#17202b' } }. */
function colours() {
  const of = (start) => Object.fromEntries(Array.from(
    read('style.css').split(start)[1].split('}')[0].matchAll(/--([\w-]+): (#[0-9a-f]{6})/g), ([, name, value]) => [name, value]));
  const light = of(':root {');
  return { light, dark: { ...light, ...of(':root[data-theme="dark"] {') } };
}

/** WCAG 2's contrast ratio of two colours. */
function contrast(one, other) {
  const luminance = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

test('Text can be read on what is behind it, and borders of inputs can be seen (WCAG 2, AA)', () => {
  const texts = [...['text', 'muted', 'accent'].flatMap((text) => ['page', 'surface', 'sunken'].map((behind) => [text, behind])),
    ...['good', 'warn', 'bad', 'accent'].map((text) => [text, `${text}-soft`]), ['accent-text', 'accent'], ['page', 'text'],
    ['bad', 'surface'], ['warn', 'surface'], ['surface', 'bad'], ['bad', 'page']];
  const shapes = [['strong-line', 'surface'], ['strong-line', 'page'], ['accent', 'page'],
    ...['parse', 'logic', 'database', 'upstream'].map((stage) => [`stage-${stage}`, 'surface'])];
  for (const [theme, colour] of Object.entries(colours())) {
    for (const [pairs, least] of [[texts, 4.5], [shapes, 3]]) {
      for (const [text, behind] of pairs) {
        const ratio = contrast(colour[text], colour[behind]);
        assert.ok(ratio >= least, `${theme}: ${text} on ${behind}: ${ratio.toFixed(2)}`);
      }
    }
  }
});
