/** What operators have done. */
import { get, withQuery } from './api.js';
import { make, makeButton } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { makePager } from './parts.js';
import { createTable } from './table.js';

/** Details are an object, a text or nothing. */
function detailsOf({ details }) {
  if (details === null || details === undefined || details === '') return format.unknown;
  return typeof details === 'string' ? details : JSON.stringify(details);
}

export function createAudit() {
  const table = createTable({
    caption: say('nav.audit'), keyOf: (row) => row.id, empty: say('audit.none'),
    columns: [
      { key: 'at', label: say('time'), class: 'time', isHead: true, text: (row) => format.time(row.at) },
      { key: 'who', label: say('who') },
      { key: 'action', label: say('audit.action'), class: 'code' },
      { key: 'subject', label: say('audit.subject'), class: 'code wrapping', text: (row) => row.subject || format.unknown },
      { key: 'address', label: say('address'), text: (row) => row.address || format.unknown },
      { key: 'details', label: say('audit.details'), class: 'code wrapping', text: detailsOf },
    ],
  });
  const pager = makePager((cursor) => get(withQuery('/audit', { limit: 50, cursor })), (items) => table.update(items));
  pager.reload();
  return {
    element: make('div', { class: 'stack' },
      make('div', { class: 'toolbar' }, make('span', { class: 'spring' }), makeButton(say('refresh'), pager.reload)),
      table.element, pager.element),
  };
}
