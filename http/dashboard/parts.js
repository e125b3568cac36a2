/** What several views are made of. */
import { make, makeButton, newId, setChildren, setText } from './dom.js';
import { say } from './language.js';

/** A part of a view with a heading. @param {...} actions what stands at the right of it */
export function makeSection(title, children, actions = []) {
  const id = newId('section');
  return make('section', { class: 'section', 'aria-labelledby': id },
    make('div', { class: 'section-head' }, make('h2', { id }, title), make('div', { class: 'actions' }, actions)),
    children);
}

/** @param {string} kind 'good', 'warn', 'bad', 'plain' or 'accent' */
export const makeBadge = (text, kind = 'plain') => make('span', { class: `badge is-${kind}` }, text);

export function drawBadge(badge, text, kind) {
  setText(badge, text);
  if (badge.className !== `badge is-${kind}`) badge.className = `badge is-${kind}`;
}

/** A column of badges. `read(row)` gives `[text, kind]`. */
export const badgeColumn = (column, read) => ({
  value: (row) => read(row)[0], ...column,
  make: (cell) => {
    const badge = makeBadge('');
    cell.append(badge);
    return badge;
  },
  draw: (badge, row) => drawBadge(badge, ...read(row)),
});

/** Names with values. @returns `element`, `update([[name, value], …])` */
export function makeFacts() {
  const element = make('dl', { class: 'facts' });
  let names = '';
  return {
    element,
    update(facts) {
      const now = facts.map(([name]) => name).join('\n');
      if (now !== names) {
        names = now;
        setChildren(element, facts.map(([name]) => make('div', {}, make('dt', {}, name), make('dd'))));
      }
      facts.forEach(([, value], index) => setText(element.children[index].lastChild, String(value)));
    },
  };
}

/**
 * Tabs: the arrows, Home and End move between them.
 * @param {object[]} tabs `name`, `label`, `panel`
 * @param {function} onSelect gets the name, also for the first one
 * @returns `list`, `panels`, `select(name)`
 */
export function makeTabs(label, tabs, selected, onSelect = () => {}) {
  const panels = tabs.map(({ panel }) => panel);
  const buttons = tabs.map(({ name, label: text, panel }, index) => {
    panel.id ||= newId('panel');
    const id = newId('tab');
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', id);
    return make('button', {
      type: 'button', role: 'tab', id, class: 'tab', 'aria-controls': panel.id,
      on: { click: () => select(name), keydown: (event) => move(event, index) },
    }, text);
  });
  const list = make('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, buttons);

  function select(name, quietly = false) {
    tabs.forEach((tab, index) => {
      const isIt = tab.name === name;
      buttons[index].setAttribute('aria-selected', String(isIt));
      buttons[index].tabIndex = isIt ? 0 : -1;
      tab.panel.hidden = !isIt;
    });
    if (!quietly) onSelect(name);
  }

  function move(event, from) {
    const to = {
      ArrowRight: from + 1, ArrowLeft: from - 1 + tabs.length, Home: 0, End: tabs.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to % tabs.length].focus();
    select(tabs[to % tabs.length].name);
  }

  select(selected, true);
  return { list, panels, select };
}

/** A labelled input, text area or select; `hint` and `problem` are read with it. */
export function makeField(label, input, hint) {
  input.id ||= newId('field');
  const problem = make('p', { class: 'problem', id: newId('problem'), hidden: true });
  const help = hint ? make('p', { class: 'hint', id: newId('hint') }, hint) : null;
  input.setAttribute('aria-describedby', [help?.id, problem.id].filter(Boolean).join(' '));
  return {
    element: make('div', { class: 'field' }, make('label', { htmlFor: input.id }, label), input, help, problem),
    input,
    /** @param {string} text what is wrong; '' if nothing is */
    setProblem(text) {
      setText(problem, text);
      problem.hidden = !text;
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
  };
}

/** What went wrong with a request, for people. */
export function textOfError(failed) {
  if (failed.status === undefined) throw failed; // A bug of ours.
  if (failed.status === 0) return say('error.unreachable');
  const wait = failed.retryAfter ? ` ${say('error.retry', { seconds: failed.retryAfter })}` : '';
  const trace = failed.traceId ? ` · ${failed.traceId}` : '';
  return `${failed.message} (${failed.code ?? failed.status}${trace}).${wait}`;
}

/** A place for what went wrong. @returns `element`, `show(error)`, `clear()` */
export function makeProblem() {
  const element = make('p', { class: 'problem-box', role: 'alert', hidden: true });
  return {
    element,
    show(failed) {
      setText(element, textOfError(failed));
      element.hidden = false;
    },
    clear() { element.hidden = true; },
  };
}

/**
 * A list that is fetched in pages.
 * @param {function} fetchPage gets a cursor or null, resolves to `{ items, next_cursor }`
 * @param {function} onItems gets all items that have been read so far
 * @returns `element` (the button for more, and what went wrong), `reload()`
 */
export function makePager(fetchPage, onItems) {
  let items = [];
  let cursor = null;
  let asked = 0;
  const problem = makeProblem();
  const more = makeButton(say('more'), () => read(), { hidden: true });

  async function read() {
    const mine = asked += 1;
    problem.clear();
    more.disabled = true;
    try {
      const page = await fetchPage(cursor);
      if (mine !== asked) return; // Something newer was asked for.
      items = items.concat(page.items);
      cursor = page.next_cursor ?? null;
      onItems(items, page);
      more.hidden = cursor === null;
    } catch (failed) {
      if (mine === asked) problem.show(failed);
    } finally {
      more.disabled = false;
    }
  }

  return {
    element: make('div', { class: 'pager' }, more, problem.element),
    reload() {
      items = [];
      cursor = null;
      return read();
    },
  };
}
