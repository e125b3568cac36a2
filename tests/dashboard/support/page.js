/** A page of the browser: what a person does in it, and what it asked for and complained of. */
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');

const longest = 90000; // Milliseconds; with sanitizers and a busy machine everything is slow.
const step = 50;

const keys = {
  Enter: { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
  Escape: { key: 'Escape', code: 'Escape', windowsVirtualKeyCode: 27 },
  Tab: { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 },
  ' ': { key: ' ', code: 'Space', windowsVirtualKeyCode: 32, text: ' ' },
  ArrowRight: { key: 'ArrowRight', code: 'ArrowRight', windowsVirtualKeyCode: 39 },
};

/** An expression for the first element of a selector that is drawn; undefined if there is none. */
const shown = (selector) =>
  `Array.from(document.querySelectorAll(${JSON.stringify(selector)})).find((one) => one.getClientRects().length > 0)`;

class Page {
  constructor(send) {
    this.send = send;
    /** Every address that the page asked for. */
    this.asked = [];
    /** What a person with the console open would see: errors, warnings and refusals. */
    this.complaints = [];
    /** Answers as "GET /admin/session 401". */
    this.answers = [];
    this.methods = new Map();
    /** How many samples have come. */
    this.samples = 0;
  }

  async start() {
    for (const domain of ['Page', 'Runtime', 'Network', 'Log', 'Audits']) await this.send(`${domain}.enable`);
    // A page that nobody sees would pause; there is no window to bring to the front here.
    await this.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  }

  take(method, params) {
    if (method === 'Network.requestWillBeSent') {
      this.asked.push(params.request.url);
      this.methods.set(params.requestId, params.request.method);
    } else if (method === 'Network.responseReceived') {
      const { pathname } = new URL(params.response.url, 'http://none');
      this.answers.push(`${this.methods.get(params.requestId)} ${pathname} ${params.response.status}`);
    } else if (method === 'Network.eventSourceMessageReceived') {
      this.samples += 1;
    } else if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) {
      this.complaints.push(params.args.map(({ value, description }) => value ?? description).join(' '));
    } else if (method === 'Runtime.exceptionThrown') {
      const { text, exception } = params.exceptionDetails;
      this.complaints.push(`${text} ${exception?.description ?? ''}`);
    } else if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level)) {
      this.complaints.push(`${params.entry.source}: ${params.entry.text} ${params.entry.url ?? ''}`);
    } else if (method === 'Audits.issueAdded' && params.issue.code === 'ContentSecurityPolicyIssue') {
      this.complaints.push(`policy: ${JSON.stringify(params.issue.details)}`);
    }
  }

  async open(url) {
    await this.send('Page.navigate', { url });
    await this.until('document.readyState === "complete"');
  }

  /** What a JavaScript expression in the page is, or resolves to. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true });
    assert.equal(exceptionDetails, undefined, `${expression}: ${exceptionDetails?.exception?.description}`);
    return result.value;
  }

  /** Waits until an expression is true, or an async function resolves to something true; returns that. */
  async until(condition, what = String(condition)) {
    const end = Date.now() + longest;
    for (;;) {
      const found = typeof condition === 'string' ? await this.evaluate(`!!(${condition}) && (${condition})`) : await condition();
      if (found) return found;
      if (Date.now() > end) {
        const text = await this.evaluate('document.body.innerText.slice(0, 3000)');
        throw new Error(`not within ${longest} ms: ${what}; the page says: ${text}; complaints: ${this.complaints.join('; ')}`);
      }
      await new Promise((resolve) => { setTimeout(resolve, step); });
    }
  }

  /** The text of the first element of a selector that can be seen; '' if there is none. */
  text(selector) {
    return this.evaluate(`${shown(selector)}?.innerText ?? ''`);
  }

  untilText(selector, wanted) {
    const place = `(${shown(selector)}?.innerText ?? '')`;
    return this.until(`${place}.includes(${JSON.stringify(wanted)})`, `"${wanted}" in ${selector}`);
  }

  /** Clicks with the mouse in the middle of what can be seen of an element, once it is there. */
  async click(selector) {
    const find = shown(selector);
    await this.until(`${find}?.disabled === false || ${find} instanceof HTMLAnchorElement`, `${selector} to click`);
    const { x, y } = await this.evaluate(`(() => {
      const found = ${find};
      found.scrollIntoView({ block: 'center', inline: 'center' });
      const { left, top, width, height } = found.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
    for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased'])
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: type === 'mouseMoved' ? 'none' : 'left', clickCount: 1 });
  }

  /** The pointer leaves everything. */
  movePointerAway() {
    return this.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 0, y: 0 });
  }

  async press(name, modifiers = 0) {
    const key = { ...keys[name], modifiers, nativeVirtualKeyCode: keys[name].windowsVirtualKeyCode };
    await this.send('Input.dispatchKeyEvent', { type: key.text ? 'keyDown' : 'rawKeyDown', ...key });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, text: undefined });
  }

  /** Moves the focus with the Tab key until it is on what the selector means. */
  async tabTo(selector, most = 60) {
    const isThere = `document.activeElement?.matches(${JSON.stringify(selector)})`;
    for (let pressed = 0; pressed < most; pressed += 1) {
      if (await this.evaluate(isThere)) return;
      await this.press('Tab');
    }
    throw new Error(`${most} times Tab do not lead to ${selector}`);
  }

  focus(selector) {
    return this.until(`(${shown(selector)}?.focus(), document.activeElement?.matches(${JSON.stringify(selector)}))`,
      `the focus on ${selector}`);
  }

  /** Replaces what is in an input by typing. */
  async write(selector, text) {
    await this.focus(selector);
    await this.evaluate('document.activeElement.select()');
    await this.send('Input.insertText', { text });
  }

  async resize(width, height, scale = 1) {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile: false });
  }

  /** @param {string} file with the ending .png */
  async screenshot(file) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }
}

module.exports = { Page };
