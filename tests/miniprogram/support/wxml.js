/** Enough of WXML to say whether a file is well-formed. */
'use strict';

// What is taken off the front: a comment, a tag, or text. Attributes are quoted, or have no value.
const comment = /^<!--[^]*?-->/;
const tag = /^<(\/?)([a-z][a-z-]*)((?:\s+[a-z][a-z:-]*(?:="[^"]*")?)*)\s*(\/?)>/;
const attribute = /([a-z][a-z:-]*)(?:="([^"]*)")?/g;
const text = /^[^<]+/;

function checkBraces(value) {
  const left = value.replace(/\{\{[^{}]+\}\}/g, '');
  if (/\{\{|\}\}/.test(left)) throw new Error(`braces that don't fit: ${value}`);
}

function attributesIn(source) {
  const found = {};
  for (const [, name, value = ''] of source.matchAll(attribute)) {
    if (name in found) throw new Error(`twice in one tag: ${name}`);
    checkBraces(value);
    found[name] = value;
  }
  return found;
}

/**
 * @returns {{tags: Array<{name: string, attributes: Object<string, string>}>, texts: string[]}}
 * @throws {Error} if it is not well-formed
 */
function parseWxml(source) {
  const parsed = { tags: [], texts: [] };
  const open = [];
  let rest = source;
  while (rest !== '') {
    const found = comment.exec(rest) || tag.exec(rest) || text.exec(rest);
    if (!found) throw new Error(`no markup: ${rest.slice(0, 60)}`);
    rest = rest.slice(found[0].length);
    const [whole, isEnd, name, attributes, isEmpty] = found;
    if (name === undefined) {
      if (whole.startsWith('<')) continue;
      checkBraces(whole);
      parsed.texts.push(whole);
    } else if (isEnd) {
      const begun = open.pop();
      if (begun !== name) throw new Error(`</${name}> ends <${begun}>`);
    } else {
      parsed.tags.push({ name, attributes: attributesIn(attributes) });
      if (!isEmpty) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`not ended: ${open}`);
  return parsed;
}

module.exports = { parseWxml };
