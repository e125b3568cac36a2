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
    return run(this, async (maque) => this.show(await boundPhone(maque)));
  },

  show(phone) {
    if (!phone) return this.setData({ phone: null });
    const boundAt = localTime(phone.bound_at);
    return this.setData({ phone: { number: phone.phone_number, boundAt } });
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

/** null if there is none yet. */
async function boundPhone(maque) {
  try {
    return await maque.phone();
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}
