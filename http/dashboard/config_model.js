/** What an operator edits of a configuration key: texts as they are typed, checked when they are used. */
import { parseExact } from './api.js';
import { pretty } from './json_diff.js';
import { say } from './language.js';

/** A key that there is not yet. @param {*} value what its editor begins with; undefined: nothing */
export const emptyItem = (key = '', value = undefined) => ({
  key, value, version: 0, draft: null, description: '', visibility: key.startsWith('settings.') ? 'server' : 'client',
  targeting: null, schema: null,
});

/** The texts of an item, or of its draft if it has one. */
export function modelOf(item) {
  const content = item.draft ? { ...item, otherwise: undefined, ...item.draft } : item;
  const model = {
    key: item.key,
    item,
    baseVersion: item.draft ? item.draft.base_version : item.version,
    value: pretty(content.value),
    description: content.description ?? '',
    visibility: content.visibility ?? 'client',
    isTargeted: Boolean(content.targeting),
    appids: (content.targeting?.appids ?? []).join(', '),
    percentage: String(content.targeting?.percentage ?? 100),
    hasOtherwise: content.otherwise !== undefined,
    otherwise: pretty(content.otherwise),
    schema: content.schema === null || content.schema === undefined ? '' : pretty(content.schema),
    theirs: null,
  };
  model.saved = snapshot(model);
  return model;
}

const typed = ['key', 'value', 'description', 'visibility', 'isTargeted', 'appids', 'percentage', 'hasOtherwise', 'otherwise', 'schema'];
const snapshot = (model) => JSON.stringify(typed.map((name) => model[name]));

export const isEdited = (model) => snapshot(model) !== model.saved;

/** The models that are being edited, by key; '' is the new one. They outlive the view. */
export const modelsOf = (context) => context.keep('config', () => ({ models: new Map() })).models;
export const hasUnsavedEdits = (context) => [...modelsOf(context).values()].some(isEdited);

function problemOfJson(text) {
  try {
    parseExact(text);
    return '';
  } catch (failed) {
    return say('config.notjson', { why: failed.message });
  }
}

/** @returns {object} by field what is wrong; empty if nothing is */
export function problemsOf(model) {
  const problems = {
    key: model.key.trim() === '' ? say('config.nokey') : '',
    value: problemOfJson(model.value),
    schema: model.schema.trim() === '' ? '' : problemOfJson(model.schema),
    otherwise: isTargeted(model) && model.hasOtherwise ? problemOfJson(model.otherwise) : '',
    percentage: !isTargeted(model) || /^(100([.]0{1,2})?|[0-9]{1,2}([.][0-9]{1,2})?)$/.test(model.percentage.trim())
      ? '' : say('config.notpercentage'),
  };
  return Object.fromEntries(Object.entries(problems).filter(([, text]) => text));
}

const isTargeted = (model) => model.isTargeted && !isSetting(model);
const appidsOf = (model) => model.appids.split(/[\s,]+/).filter(Boolean);

/** Settings of the server are for the server and for everybody. */
export const isSetting = (model) => model.key.startsWith('settings.');

/** The parts of a request's body as JSON texts: a value goes to the server exactly as it was typed. */
function partsOf(model) {
  const parts = {
    value: model.value,
    description: JSON.stringify(model.description),
    visibility: JSON.stringify(isSetting(model) ? 'server' : model.visibility),
    targeting: isTargeted(model)
      ? JSON.stringify({ appids: appidsOf(model), percentage: Number(model.percentage) }) : 'null',
    schema: model.schema.trim() === '' ? 'null' : model.schema,
  };
  if (isTargeted(model) && model.hasOtherwise) parts.otherwise = model.otherwise;
  return parts;
}

const toJson = (parts) => `{${Object.entries(parts).map(([name, text]) => `"${name}":${text}`).join(',')}}`;

/** @param {object} more e.g. { note } */
export function bodyOf(model, more = {}) {
  const added = Object.fromEntries(Object.entries(more).map(([name, value]) => [name, JSON.stringify(value)]));
  return toJson({ ...partsOf(model), base_version: String(model.baseVersion), ...added });
}

/** What is typed, as an item has it, to be compared. Only if nothing is wrong with it. */
export const contentOf = (model) => parseExact(toJson(partsOf(model)));

/** A key's published content; null if there is none. */
export const publishedOf = (item) => (item.version > 0 && item.value !== undefined ? item : null);
