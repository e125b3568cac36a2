/**
 * Sets the theme before anything is drawn, hence no module: the system's, unless the operator has
 * chosen the other one. Whoever chooses the system's again follows it again.
 */
'use strict';
(() => {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const ofSystem = () => (system.matches ? 'dark' : 'light');
  const chosen = () => {
    try {
      return localStorage.getItem('maque.theme');
    } catch {
      return null; // Storage is switched off.
    }
  };
  const apply = (theme) => { document.documentElement.dataset.theme = theme; };
  apply(chosen() || ofSystem());
  system.addEventListener('change', () => apply(chosen() || ofSystem()));

  /** Changes to the other theme, and remembers it. */
  window.maqueSwitchTheme = () => {
    const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    try {
      if (next === ofSystem()) localStorage.removeItem('maque.theme');
      else localStorage.setItem('maque.theme', next);
    } catch {
      // It is for this page only, then.
    }
    apply(next);
  };
})();
