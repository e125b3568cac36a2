// The published configuration, with a look for a newer one every second.
export class ConfigWatch {
  current;
  #version = '-1';

  static async start(store) {
    const watch = new ConfigWatch();
    await watch.#look(store);
    setInterval(() => watch.#look(store).catch(console.error), 1000);
    return watch;
  }

  async #look(store) {
    const rows = await store.loadConfig(this.#version);
    if (rows.length === 0) return;
    const values = {};
    for (const { key, json } of rows) if (key !== null) values[key] = JSON.parse(json);
    this.#version = rows[0].version;
    this.current = { data: { version: Number(this.#version), values }, etag: `W/"v${this.#version}"` };
  }
}

const opaque = (tag) => tag.trim().replace(/^W\//, '');

// Whether a field If-None-Match has the tag; they are compared weakly.
export function namesTag(field, etag) {
  if (field === undefined) return false;
  return field === '*' || field.split(',').some((tag) => opaque(tag) === opaque(etag));
}
