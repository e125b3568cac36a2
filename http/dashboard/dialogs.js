/** Dialogs, which Escape closes, and the line that tells what was done. */
import { make, makeButton, newId, setText } from './dom.js';
import { makeField } from './parts.js';
import { say } from './language.js';

let hiding = null;

/** Tells what was done, for some seconds; screen readers say it when they have nothing else to say. */
export function announce(text, kind = 'plain') {
  const place = document.getElementById('status');
  clearTimeout(hiding);
  setText(place, '');
  place.className = `toast is-shown is-${kind}`;
  setText(place, text);
  hiding = setTimeout(() => { place.classList.remove('is-shown'); }, 6000);
}

function open(title, content, attributes = {}) {
  const id = newId('title');
  const dialog = make('dialog', { 'aria-labelledby': id, ...attributes }, make('h2', { id }, title), content);
  dialog.addEventListener('close', () => dialog.remove());
  document.getElementById('app').append(dialog);
  dialog.showModal();
  return dialog;
}

/** Shows something until it is closed. */
export function showDialog(title, content) {
  const close = make('button', { class: 'button' }, say('close'));
  open(title, [content, make('form', { method: 'dialog', class: 'dialog-actions' }, close)], { class: 'is-wide' });
  close.focus({ preventScroll: true });
}

/**
 * Asks before something is done.
 * @param {string} action what the button says that does it
 * @param {boolean} note whether to ask for a reason, too
 * @returns {Promise<object|null>} `{ note }`; null if it shall not be done
 */
export function confirmAction({ title, text, action, danger = false, note = false, content = null }) {
  return new Promise((resolve) => {
    const reason = note
      ? makeField(say('note'), make('input', { type: 'text', maxlength: 500, autocomplete: 'off' }), say('note.hint'))
      : null;
    const yes = make('button', { class: `button ${danger ? 'is-danger' : 'is-primary'}`, value: 'yes' }, action.replace('…', ''));
    const no = makeButton(say('cancel'), () => dialog.close());
    const form = make('form', { method: 'dialog' },
      text ? make('p', {}, text) : null, content, reason?.element, make('div', { class: 'dialog-actions' }, no, yes));
    const dialog = open(title, form, { class: content ? 'is-wide' : undefined });
    (reason ? reason.input : danger ? no : yes).focus();
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes' ? { note: reason ? reason.input.value.trim() : '' } : null);
    });
  });
}
