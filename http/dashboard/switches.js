/** The switches of language and theme. */
import { make, makeButton, makeIcon } from './dom.js';
import { chooseLanguage, otherLanguage, say } from './language.js';

const names = { en: 'English', zh: '中文' };

/** @param {function} onLanguage is called when another language was chosen */
export function makeSwitches(onLanguage) {
  const other = otherLanguage();
  const languageSwitch = makeButton(names[other], () => {
    chooseLanguage(other);
    onLanguage();
  }, { class: 'button is-quiet', lang: other === 'zh' ? 'zh-CN' : 'en', 'data-switch': 'language' });
  const themeSwitch = make('button', {
    type: 'button', class: 'button is-quiet is-icon', title: say('theme.switch'), 'aria-label': say('theme.switch'),
    'data-switch': 'theme', on: { click: () => window.maqueSwitchTheme() },
  }, makeIcon('theme'));
  return make('div', { class: 'switches' }, languageSwitch, themeSwitch);
}
