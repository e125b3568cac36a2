/** The page of who is not signed in: with the operator's token, or an operator's account. */
import { signIn } from './api.js';
import { make } from './dom.js';
import { makeField, makeProblem, makeTabs } from './parts.js';
import { makeSwitches } from './switches.js';
import { say } from './language.js';

function makeForm(fields, read, onSignedIn) {
  const problem = makeProblem();
  const button = make('button', { class: 'button is-primary is-full' }, say('signin.do'));
  async function onSubmit(event) {
    event.preventDefault();
    problem.clear();
    button.disabled = true;
    try {
      onSignedIn(await signIn(read()));
      for (const { input } of fields) input.value = '';
    } catch (failed) {
      const isWrong = failed.status === 401 || failed.status === 403;
      if (!isWrong) problem.show(failed);
      else problem.show(Object.assign(failed, { message: say('signin.wrong') }));
      fields.at(-1).input.focus();
    } finally {
      button.disabled = false;
    }
  }
  return make('form', { on: { submit: onSubmit } }, fields.map(({ element }) => element), problem.element, button);
}

function makeTokenForm(onSignedIn) {
  const token = makeField(say('signin.token'),
    make('input', { type: 'password', name: 'token', required: true, autocomplete: 'current-password', spellcheck: 'false' }),
    say('signin.token.hint'));
  return makeForm([token], () => ({ token: token.input.value.trim() }), onSignedIn);
}

function makeAccountForm(onSignedIn) {
  const username = makeField(say('signin.username'),
    make('input', { type: 'text', name: 'username', required: true, autocomplete: 'username', spellcheck: 'false' }));
  const password = makeField(say('signin.password'),
    make('input', { type: 'password', name: 'password', required: true, autocomplete: 'current-password' }));
  const read = () => ({ username: username.input.value, password: password.input.value });
  return makeForm([username, password], read, onSignedIn);
}

/**
 * @param {function} onSignedIn gets the session
 * @param {function} onLanguage is called when another language was chosen
 */
export function makeSignIn({ onSignedIn, onLanguage, reason }) {
  const tabs = makeTabs(say('signin.how'), [
    { name: 'token', label: say('signin.token'), panel: make('div', {}, makeTokenForm(onSignedIn)) },
    { name: 'account', label: say('signin.account'), panel: make('div', {}, makeAccountForm(onSignedIn)) },
  ], 'token');
  return make('main', { class: 'sign-in', id: 'main', tabindex: '-1' },
    make('div', { class: 'sign-in-box' },
      make('div', { class: 'brand' }, make('img', { src: '/admin/favicon.svg', alt: '', width: 40, height: 40 }),
        make('h1', {}, 'Maque'), make('span', { class: 'muted', lang: 'zh-CN' }, '麻雀')),
      reason ? make('p', { class: 'note' }, reason) : null,
      tabs.list, tabs.panels),
    make('div', { class: 'sign-in-foot' }, makeSwitches(onLanguage)));
}
