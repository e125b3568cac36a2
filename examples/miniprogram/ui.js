/** What all pages do alike. */
const { explain } = require('./texts.js');

/** To be called by a page's onLoad: its texts, and the title, which is one of them. */
function prepare(page, title) {
  const { texts } = getApp();
  page.setData({ texts });
  wx.setNavigationBarTitle({ title: texts[title] });
}

/**
 * Runs `task`, and nothing else of this page meanwhile; shows what it failed with. Without a session
 * the first page is where to log in.
 */
async function run(page, task) {
  if (page.data.busy) return;
  page.setData({ busy: true, problem: '' });
  try {
    await task(getApp().maque);
  } catch (error) {
    // A bug of this mini-program is none of the server's errors, and belongs into the console.
    if (!error.kind) throw error;
    page.setData({ problem: explain(error, getApp().texts) });
    const mustLogIn = error.name === 'session_ended' || error.name === 'unauthenticated';
    if (mustLogIn && !page.isFirst) wx.reLaunch({ url: '/pages/index/index' });
  } finally {
    page.setData({ busy: false });
  }
}

/** "2026-11-24T10:15:33.163904Z" as the clock on the wall says it. */
function localTime(text) {
  const time = new Date(text.replace(/\.[0-9]+Z$/, 'Z'));
  const two = (number) => ('0' + number).slice(-2);
  return time.getFullYear() + '-' + two(time.getMonth() + 1) + '-' + two(time.getDate()) +
    ' ' + two(time.getHours()) + ':' + two(time.getMinutes());
}

module.exports = { prepare, run, localTime };
