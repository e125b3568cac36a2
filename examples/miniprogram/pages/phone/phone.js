const settings = require('../../settings.js');
const simulated = require('../../simulated.js');
const { prepare, run, localTime } = require('../../ui.js');

/** What the simulator is told in place of the number that WeChat knows. */
const simulatedNumber = '13800000000';

/** The number that WeChat knows, bound to the user: the server asks WeChat for it. */
Page({
  data: { texts: {}, busy: false, problem: '', phone: null, refused: false },

  onLoad() {
    prepare(this, 'phone');
    return run(this, async (maque) => this.show(await maque.phone()));
  },

  /** `bound` is null if there is none yet. */
  show(bound) {
    const phone = bound && { number: bound.phone_number, boundAt: localTime(bound.bound_at) };
    this.setData({ phone });
  },

  /** The code is good once and for five minutes; it is not the code of wx.login. */
  onGetPhoneNumber({ detail }) {
    const code = settings.simulatedUser ? simulated.phoneCode(simulatedNumber) : detail.code;
    if (!code) return this.setData({ refused: true });
    return run(this, async (maque) => {
      this.setData({ refused: false });
      this.show(await maque.phone(code));
    });
  },
});
