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
