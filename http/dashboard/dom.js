/** Makes elements. What is given as a child is inserted as text; nothing here inserts HTML. */

const svgSpace = 'http://www.w3.org/2000/svg';
const asProperties = new Set(['value', 'checked', 'disabled', 'hidden', 'htmlFor', 'readOnly']);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name === 'on') {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (asProperties.has(name)) {
      node[name] = value;
    } else if (value !== false) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/**
 * make('p', { class: 'note', on: { click } }, 'text', element)
 * @param {object} attributes `on`: listeners by event; null and undefined are left out
 * @param {...(Node|string|Array|null)} children
 */
export const make = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const makeSvg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(svgSpace, tag), attributes, children);

/** Writes only what has changed: the browser then has nothing to lay out again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Replaces the children of `node`, in the manner of `make`. */
export function setChildren(node, ...children) {
  node.replaceChildren();
  return fill(node, {}, children);
}

/** A button that does something here, and is no part of a form. */
export const makeButton = (text, onClick, attributes = {}) =>
  make('button', { type: 'button', class: 'button', ...attributes, on: { click: onClick } }, text);

let lastId = 0;
/** An id that no other element has. */
export function newId(start) {
  lastId += 1;
  return `${start}-${lastId}`;
}

const iconPaths = {
  overview: 'M2 9l3-4 3 3 5-6M2 13h12',
  actors: 'M5 5a2 2 0 1 0 0-.1M11 11a2 2 0 1 0 0-.1M6.5 6.5l3 3M11 3h2v2M5 13H3v-2',
  routes: 'M2 4h5M2 8h9M2 12h12',
  lanes: 'M4 2v12M8 2v3M8 7v3M8 12v2M12 2v12',
  database: 'M3 4c0-2.6 10-2.6 10 0s-10 2.6-10 0v8c0 2.6 10 2.6 10 0V4M3 8c0 2.6 10 2.6 10 0',
  wechat: 'M2 7c0-5 9-5 9 0 0 3-3 4-5.5 3.5L3 12l.500-2C2.5 9.3 2 8.2 2 7zM11 7.5c3 .3 3.7 3.5 2 5l.3 1.5-1.8-.8c-1.5.3-3-.2-3.7-1.4',
  users: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.5-5 10.5-5 11 0',
  config: 'M2 4h7M12 4h2M2 12h2M7 12h7M9 4a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0M4 12a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0',
  audit: 'M4 2h6l3 3v9H4zM6 8h5M6 11h5',
  runtime: 'M3 3h10v8H3zM6 14h4M8 11v3',
  settings: 'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4',
  theme: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
};

/** A small picture beside a text that says the same. */
export const makeIcon = (name) => makeSvg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
  makeSvg('path', { d: iconPaths[name] }));
