'use strict';

const longest = 20000; // Milliseconds.

/** Waits until `isSo` resolves to something true, and returns that. */
async function until(isSo, what) {
  const end = Date.now() + longest;
  for (;;) {
    const found = await isSo();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${longest} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

module.exports = { until };
