const { prepare, run, localTime } = require('../../ui.js');

/** Where the user is logged in. */
Page({
  data: { texts: {}, busy: false, problem: '', sessions: [] },

  onLoad() {
    prepare(this, 'sessions');
    return run(this, (maque) => this.read(maque));
  },

  /** The newest first. */
  async read(maque) {
    const sessions = (await maque.sessions()).reverse();
    this.setData({
      sessions: sessions.map(({ id, device, address, last_seen_at, current }) =>
        ({ id, device: device || address, lastSeen: localTime(last_seen_at), current })),
    });
  },

  onEnd({ currentTarget }) {
    return run(this, async (maque) => {
      try {
        await maque.endSession(currentTarget.dataset.id);
      } catch (error) {
        // It has ended meanwhile, which is what was asked for.
        if (error.name !== 'session_not_found') throw error;
      }
      await this.read(maque);
    });
  },
});
