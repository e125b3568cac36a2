/** Somebody else was faster: his version beside the one that has been typed. */
import { make, makeButton } from './dom.js';
import { confirmAction } from './dialogs.js';
import { contentOf, problemsOf, publishedOf } from './config_model.js';
import * as format from './format.js';
import { makeDiff, pretty } from './json_diff.js';
import { say } from './language.js';

/** What stands against the model: a new version, or somebody else's draft for the same version. */
function rivalOf({ theirs, baseVersion }) {
  const { draft, version } = theirs;
  if (draft && version === baseVersion) {
    const values = { who: draft.saved_by, at: format.time(draft.saved_at) };
    return { content: draft, text: say('conflict.textdraft', values), title: say('conflict.theirdraft') };
  }
  if (version === 0) return { content: null, text: say('conflict.textremoved'), title: say('conflict.theirs', { version }) };
  const values = { who: theirs.published_by || format.unknown, at: format.time(theirs.published_at), version };
  return {
    content: publishedOf(theirs), text: say('conflict.text', values), title: say('conflict.theirs', values), note: theirs.note,
  };
}

const side = (title, text, name) => make('div', { class: 'side', 'data-side': name },
  make('h3', {}, title), make('pre', { class: 'code-box', tabindex: '0' }, text));

/**
 * @param {object} model whose `theirs` is the item as it is now
 * @param {function} onKeepMine what is typed stays, and may be saved over theirs
 * @param {function} onTakeTheirs what is typed is dropped
 */
export function makeConflict(model, { onKeepMine, onTakeTheirs }) {
  const rival = rivalOf(model);
  const note = rival.note ? make('p', {}, say('conflict.note', { note: rival.note })) : null;
  const isSound = Object.keys(problemsOf(model)).length === 0;
  async function takeTheirs() {
    const isSure = await confirmAction({
      title: say('conflict.take'), text: say('conflict.take.text'), action: say('conflict.take'), danger: true,
    });
    if (isSure) onTakeTheirs();
  }
  return make('section', { class: 'conflict', role: 'alert', 'data-part': 'conflict' },
    make('h2', { tabindex: '-1' }, say('conflict.title')),
    make('p', {}, rival.text), note,
    make('div', { class: 'sides' },
      side(rival.title, pretty(rival.content?.value) || say('config.absent'), 'theirs'),
      side(say('conflict.mine', { version: model.baseVersion }), model.value, 'mine')),
    isSound ? make('details', {}, make('summary', {}, say('conflict.diff')), makeDiff(rival.content, contentOf(model))) : null,
    make('div', { class: 'editor-actions' },
      makeButton(say('conflict.keep'), onKeepMine, { class: 'button is-primary', 'data-act': 'keep' }),
      makeButton(say('conflict.take'), takeTheirs, { 'data-act': 'take' })));
}
