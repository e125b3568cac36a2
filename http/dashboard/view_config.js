/** The live configuration: all keys, and one of them with its editor and history. */
import { get } from './api.js';
import { emptyItem, isEdited, modelOf, modelsOf } from './config_model.js';
import { makeEditor } from './config_editor.js';
import { makeHistory } from './config_history.js';
import { make, makeButton, setChildren, setText } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { badgeColumn, makeField, makeProblem, makeTabs } from './parts.js';
import { createTable, openingColumn } from './table.js';

function stateOf(item, models) {
  const model = models.get(item.key);
  if (model && isEdited(model)) return [say('config.edited'), 'warn'];
  if (item.draft) return [say('config.draft'), 'accent'];
  return [say('config.inforce'), 'good'];
}

function targetingText({ targeting }) {
  if (!targeting) return say('config.everybody');
  const apps = targeting.appids?.length ? targeting.appids.join(', ') : '';
  return [`${targeting.percentage ?? 100} %`, apps].filter(Boolean).join(' · ');
}

function makeList(context, models, state) {
  return createTable({
    caption: say('nav.config'), keyOf: (row) => row.key, sort: state.sort, empty: say('config.none'),
    columns: [
      openingColumn({ key: 'key', label: say('config.key'), class: 'code name' }, (row) => context.go('config', row.key)),
      badgeColumn({ key: 'state', label: say('config.state') }, (row) => stateOf(row, models)),
      { key: 'version', label: say('config.version'), numeric: true, text: (row) => (row.version > 0 ? String(row.version) : format.unknown) },
      { key: 'visibility', label: say('config.visibility'), text: (row) => say(`config.visibility.${row.visibility === 'server' ? 'server' : 'client'}`) },
      { key: 'targeting', label: say('config.targeting'), value: targetingText, text: targetingText, class: 'wrapping' },
      { key: 'description', label: say('config.description'), class: 'wrapping' },
      { key: 'published_by', label: say('who'), text: (row) => row.published_by || format.unknown },
      { key: 'published_at', label: say('config.publishedat'), class: 'time', text: (row) => format.time(row.published_at) },
    ],
  });
}

/** One key: its editor and its history. */
function makeKey(context, models, item, { tab, onChanged }) {
  const model = models.get(item.key) ?? modelOf(item);
  models.set(item.key, model);
  // What nobody has begun to change is shown as it is now.
  if (!isEdited(model) && !model.theirs) Object.assign(model, modelOf(item));

  function onSaved(now) {
    models.delete(item.key);
    onChanged(now);
  }

  const editor = makeEditor(model, { onSaved, onEdited: () => {} });
  if (item.key === '') return editor;
  const history = makeHistory(item, onSaved);
  const tabs = makeTabs(item.key, [
    { name: 'edit', label: say('config.edit'), panel: make('div', {}, editor) },
    { name: 'history', label: say('config.history'), panel: make('div', {}, history.element) },
  ], tab === 'history' ? 'history' : 'edit', (name) => {
    if (name === 'history') history.load();
    window.history.replaceState(null, '', `#/config/${encodeURIComponent(item.key)}${name === 'history' ? '/history' : ''}`);
  });
  if (tab === 'history') history.load();
  return make('div', { class: 'stack' }, tabs.list, tabs.panels);
}

export function createConfig(context) {
  const models = modelsOf(context);
  const state = context.keep('config.list', () => ({ sort: { key: 'key', down: false }, filter: '' }));
  const filter = makeField(say('config.filter'), make('input', { type: 'search', value: state.filter, autocomplete: 'off', spellcheck: 'false' }));
  const version = make('span', { class: 'muted' });
  const problem = makeProblem();
  const list = makeList(context, models, state);
  const one = make('div');
  let items = [];
  let asked = 0;

  function drawList() {
    const wanted = state.filter.toLowerCase();
    list.update(items.filter(({ key, description }) => `${key} ${description}`.toLowerCase().includes(wanted)));
  }

  async function load() {
    problem.clear();
    try {
      const all = await get('/config');
      items = all.items;
      setText(version, say('config.versionis', { version: all.version }));
      drawList();
    } catch (failed) {
      problem.show(failed);
    }
  }

  filter.input.addEventListener('input', () => {
    state.filter = filter.input.value;
    drawList();
  });

  function show(item, tab) {
    setChildren(one, make('a', { class: 'more', href: '#/config' }, say('config.back')),
      make('h2', { class: 'key-title' }, item.key || say('config.new')),
      makeKey(context, models, item, { tab, onChanged: (now) => onChanged(item, now) }));
  }

  function onChanged(before, now) {
    if (before.key !== now.key) return context.go('config', now.key);
    if (now.version === 0 && !now.draft) return context.go('config'); // Removed.
    show(now, location.hash.endsWith('/history') ? 'history' : 'edit');
  }

  async function openKey(key, tab) {
    const mine = asked += 1;
    setChildren(one, make('p', { class: 'muted' }, say('loading')));
    problem.clear();
    try {
      const item = await get(`/config/${encodeURIComponent(key)}`);
      if (mine === asked) show(item, tab);
    } catch (failed) {
      if (mine !== asked) return;
      if (failed.status === 404) return show(emptyItem(key, context.beginWith?.[key]), 'edit');
      setChildren(one);
      problem.show(failed);
    }
  }

  const lists = make('div', { class: 'stack' },
    make('div', { class: 'toolbar' }, filter.element, version, make('span', { class: 'spring' }),
      makeButton(say('refresh'), load), makeButton(say('config.new'), () => { location.hash = '#/config//new'; }, { class: 'button is-primary', 'data-act': 'new' })),
    list.element);
  return {
    element: make('div', { class: 'stack' }, problem.element, lists, one),
    open([key, tab]) {
      asked += 1;
      const isNew = !key && tab === 'new';
      lists.hidden = Boolean(key) || isNew;
      if (isNew) return show(emptyItem(), 'edit');
      if (key) return openKey(key, tab);
      setChildren(one);
      load();
    },
  };
}
