/** The form that edits one configuration key. What is typed is kept in its model at once. */
import { ask, parseExact, withQuery } from './api.js';
import { make, makeButton, setChildren } from './dom.js';
import { announce, confirmAction } from './dialogs.js';
import { bodyOf, contentOf, emptyItem, isEdited, isSetting, problemsOf, publishedOf } from './config_model.js';
import { makeConflict } from './config_conflict.js';
import * as format from './format.js';
import { makeDiff, pretty } from './json_diff.js';
import { say } from './language.js';
import { makeBadge, makeField, makeProblem } from './parts.js';

/** config_conflict, see docs/errors.md. */
const conflictCode = 40907;

const pathOf = (model) => `/config/${encodeURIComponent(model.key.trim())}`;

/** A text area for JSON in which Escape leads out, as Tab does. */
const makeJsonArea = (name, rows) => make('textarea', {
  name, rows, class: 'code', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', wrap: 'off',
});

function makeInputs() {
  return {
    key: makeField(say('config.key'), make('input', { name: 'key', class: 'code', autocomplete: 'off', spellcheck: 'false', maxlength: 128 })),
    value: makeField(say('config.value'), makeJsonArea('value', 12)),
    description: makeField(say('config.description'), make('input', { name: 'description', autocomplete: 'off', maxlength: 1024 })),
    visibility: makeField(say('config.visibility'), make('select', { name: 'visibility' },
      ['client', 'server'].map((one) => make('option', { value: one }, say(`config.visibility.${one}`))))),
    isTargeted: makeField(say('config.istargeted'), make('input', { type: 'checkbox', name: 'isTargeted' })),
    appids: makeField(say('config.appids'), make('input', { name: 'appids', class: 'code', autocomplete: 'off', spellcheck: 'false' }), say('config.appids.hint')),
    percentage: makeField(say('config.percentage'), make('input', { name: 'percentage', class: 'short', inputmode: 'decimal', autocomplete: 'off' }), say('config.percentage.hint')),
    hasOtherwise: makeField(say('config.hasotherwise'), make('input', { type: 'checkbox', name: 'hasOtherwise' })),
    otherwise: makeField(say('config.otherwise'), makeJsonArea('otherwise', 3)),
    schema: makeField(say('config.schema'), makeJsonArea('schema', 6), say('config.schema.hint')),
  };
}

const isCheckbox = (input) => input.type === 'checkbox';

/**
 * @param {object} model see config_model.js
 * @param {function} onSaved gets the item as the server has it now
 * @param {function} onEdited is called when something has been typed
 */
export function makeEditor(model, { onSaved, onEdited }) {
  const fields = makeInputs();
  const problem = makeProblem();
  const conflict = make('div', { class: 'conflict-place' });
  const state = make('div', { class: 'states' });
  const isNew = model.item.version === 0 && !model.item.draft;

  function read() {
    for (const [name, { input }] of Object.entries(fields)) model[name] = isCheckbox(input) ? input.checked : input.value;
    drawState();
    onEdited();
  }

  function write() {
    for (const [name, { input }] of Object.entries(fields)) {
      if (isCheckbox(input)) input.checked = model[name];
      else if (input.value !== model[name]) input.value = model[name];
    }
    drawState();
  }

  function drawState() {
    const { item } = model;
    for (const name of ['visibility', 'isTargeted']) fields[name].element.hidden = isSetting(model);
    targeting.hidden = !model.isTargeted || isSetting(model);
    fields.otherwise.element.hidden = !model.hasOtherwise;
    setting.hidden = !isSetting(model);
    setChildren(state,
      item.version > 0 ? makeBadge(say('config.versionis', { version: item.version }))
        : makeBadge(say('config.unpublished'), 'warn'),
      item.draft ? makeBadge(say('config.draftby', { who: item.draft.saved_by, at: format.time(item.draft.saved_at) }), 'accent') : null,
      isEdited(model) ? makeBadge(say('config.edited'), 'warn') : null);
  }

  /** Whether it may be sent; if not, the first field that is wrong gets the focus. */
  function check() {
    const problems = problemsOf(model);
    for (const [name, field] of Object.entries(fields)) field.setProblem(problems[name] ?? '');
    const first = Object.keys(fields).find((name) => problems[name]);
    if (first) fields[first].input.focus();
    return !first;
  }

  function showConflict(theirs) {
    model.theirs = theirs;
    setChildren(conflict, theirs && makeConflict(model, {
      onKeepMine() {
        model.baseVersion = theirs.version;
        model.item = theirs;
        showConflict(null);
        drawState();
        announce(say('conflict.kept'));
      },
      onTakeTheirs() { onSaved(theirs); },
    }));
    if (theirs) conflict.querySelector('h2').focus();
  }

  async function send(method, path, body, done) {
    problem.clear();
    try {
      const item = await ask(method, path, body);
      announce(done, 'good');
      onSaved(item);
    } catch (failed) {
      if (failed.code === conflictCode) return showConflict(failed.data ?? emptyItem(model.key));
      problem.show(failed);
      problem.element.scrollIntoView({ block: 'nearest' });
    }
  }

  async function saveDraft() {
    if (!check()) return;
    // Only the draft that was seen is replaced.
    const seen = model.item.draft ? { draft_revision: model.item.draft.revision } : {};
    await send('PUT', `${pathOf(model)}/draft`, bodyOf(model, seen), say('config.draftsaved'));
  }

  async function discardDraft() {
    const { draft, version } = model.item;
    const answer = await confirmAction({
      title: say('config.discard'), text: say('config.discard.text', { who: draft.saved_by }), action: say('config.discard'), danger: true,
    });
    if (!answer) return;
    const query = { base_version: version, draft_revision: draft.revision };
    await send('DELETE', withQuery(`${pathOf(model)}/draft`, query), undefined, say('config.discarded'));
  }

  async function publish() {
    if (!check()) return;
    const answer = await confirmAction({
      title: say('config.publish.title', { key: model.key }), action: say('config.publish'), note: true,
      content: makeDiff(publishedOf(model.item), contentOf(model)),
    });
    if (answer) await send('PUT', pathOf(model), bodyOf(model, answer), say('config.published'));
  }

  async function remove() {
    const answer = await confirmAction({
      title: say('config.remove'), text: say('config.remove.text', { key: model.key }), action: say('config.remove'), danger: true, note: true,
    });
    if (!answer) return;
    const query = { base_version: model.item.version, note: answer.note };
    await send('DELETE', withQuery(pathOf(model), query), undefined, say('config.removed'));
  }

  async function revert() {
    const answer = isEdited(model) ? await confirmAction({
      title: say('config.revert'), text: say('config.revert.text'), action: say('config.revert'), danger: true,
    }) : null;
    if (answer) onSaved(model.item);
  }

  function tidy() {
    try {
      fields.value.input.value = pretty(parseExact(fields.value.input.value));
      read();
    } catch {
      // What is wrong is said below.
    }
    check();
  }

  const setting = make('p', { class: 'note' }, say('config.issetting'));
  const targeting = make('div', { class: 'indented' }, fields.appids.element, fields.percentage.element,
    fields.hasOtherwise.element, fields.otherwise.element);
  for (const { input } of Object.values(fields)) input.addEventListener('input', read);
  fields.value.input.addEventListener('blur', () => fields.value.setProblem(problemsOf(model).value ?? ''));
  fields.key.element.hidden = !isNew;
  for (const name of ['isTargeted', 'hasOtherwise']) fields[name].element.classList.add('is-check');

  const form = make('form', { class: 'editor', on: { submit: (event) => event.preventDefault() } },
    state, setting, fields.key.element,
    make('div', { class: 'with-tool' }, fields.value.element,
      makeButton(say('config.tidy'), tidy, { class: 'button is-small' })),
    make('div', { class: 'pair' }, fields.description.element, fields.visibility.element),
    fields.isTargeted.element, targeting,
    make('details', { open: model.schema !== '' }, make('summary', {}, say('config.schema')), fields.schema.element),
    problem.element,
    make('div', { class: 'editor-actions' },
      makeButton(say('config.publish'), publish, { class: 'button is-primary', 'data-act': 'publish' }),
      makeButton(say('config.savedraft'), saveDraft, { 'data-act': 'draft' }),
      makeButton(say('config.revert'), revert, { class: 'button is-quiet' }),
      make('span', { class: 'spring' }),
      model.item.draft ? makeButton(say('config.discard'), discardDraft, { class: 'button is-danger', 'data-act': 'discard' }) : null,
      model.item.version > 0 ? makeButton(say('config.remove'), remove, { class: 'button is-danger', 'data-act': 'remove' }) : null));
  write();
  if (model.theirs) showConflict(model.theirs);
  return make('div', { class: 'stack' }, conflict, form);
}
