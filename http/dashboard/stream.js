/**
 * The one stream of samples. It is closed while nobody looks at the page, and opened again when it
 * fails, after pauses that grow.
 */
import { session } from './api.js';

const firstPause = 1000; // Milliseconds.
const longestPause = 30000;
const silence = 6000;

/**
 * @param {function} onSample gets each sample
 * @param {function} onState gets 'live', 'connecting', 'lost' or 'paused', whenever it changes
 * @returns `start()`, `stop()`
 */
export function createStream({ onSample, onState }) {
  let source = null;
  let wanted = false;
  let pause = firstPause;
  let again = null;
  let watch = null;
  let state = '';

  function setState(next) {
    if (next === state) return;
    state = next;
    onState(next);
  }

  function close() {
    clearTimeout(again);
    clearTimeout(watch);
    source?.close();
    source = null;
  }

  function openLater() {
    close();
    setState('lost');
    again = setTimeout(async () => {
      // EventSource doesn't tell a refusal from a server that is away; this does, and leads to
      // the sign-in if it is one.
      try {
        await session();
      } catch (failed) {
        if (failed.status === 401) return void onState('signed-out');
      }
      if (wanted && !document.hidden) open();
    }, pause * (0.75 + Math.random() / 2));
    pause = Math.min(longestPause, pause * 2);
  }

  function expectMore() {
    clearTimeout(watch);
    watch = setTimeout(openLater, silence);
  }

  function open() {
    close();
    if (state !== 'lost') setState('connecting');
    source = new EventSource('/admin/events');
    expectMore();
    source.addEventListener('sample', (event) => {
      pause = firstPause;
      expectMore();
      setState('live');
      onSample(JSON.parse(event.data));
    });
    source.addEventListener('error', openLater);
  }

  function look() {
    if (!wanted) return;
    if (document.hidden) {
      close();
      setState('paused');
    } else if (!source) {
      pause = firstPause;
      open();
    }
  }

  document.addEventListener('visibilitychange', look);
  return {
    start() {
      wanted = true;
      look();
    },
    stop() {
      wanted = false;
      close();
      setState('');
    },
  };
}
