const { prepare, run } = require('../../ui.js');

/** What the operator has published, e.g. with `maque config-values set theme '{"color":"blue"}'`. */
Page({
  data: { texts: {}, busy: false, problem: '', version: 0, flags: [] },

  onLoad() {
    prepare(this, 'flags');
    return this.read();
  },

  onPullDownRefresh() {
    return this.read().then(() => wx.stopPullDownRefresh());
  },

  onReload() {
    return this.read();
  },

  read() {
    return run(this, async (maque) => {
      const { version, values } = await maque.config();
      const flags = Object.keys(values).sort()
        .map((key) => ({ key, value: JSON.stringify(values[key]) }));
      this.setData({ version, flags });
    });
  },
});
