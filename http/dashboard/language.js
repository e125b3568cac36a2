/** The language of the page: the operator's choice, or else the browser's. */
import { texts } from './texts.js';
import { setLocale } from './format.js';

export const languages = ['en', 'zh'];
const locales = { en: 'en-GB', zh: 'zh-CN' };
let current = 'en';

function remembered() {
  try {
    return localStorage.getItem('maque.language');
  } catch {
    return null; // Storage is switched off.
  }
}

function apply(language) {
  current = language;
  setLocale(locales[language]);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export const language = () => current;
export const otherLanguage = () => languages.find((one) => one !== current);

export function startLanguage() {
  const chosen = remembered();
  const ofBrowser = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  apply(languages.includes(chosen) ? chosen : ofBrowser);
}

export function chooseLanguage(chosen) {
  try {
    localStorage.setItem('maque.language', chosen);
  } catch {
    // It is for this page only, then.
  }
  apply(chosen);
}

/** The text of a key, with `{name}` replaced by values.name. */
export function say(key, values = {}) {
  const row = texts[key];
  if (!row) throw new Error(`no text: ${key}`);
  return row[languages.indexOf(current)]
    .replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
