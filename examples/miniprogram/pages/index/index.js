const { prepare, run } = require('../../ui.js');

/** Log in, log out, and the way to the other pages. */
Page({
  isFirst: true,
  data: { texts: {}, busy: false, problem: '', user: null, isNewUser: false },

  onLoad() {
    prepare(this, 'home');
  },

  /** Who was logged in the last time still is; nobody else is logged in unasked. */
  onShow() {
    return run(this, async (maque) => {
      this.setData({ user: maque.isLoggedIn() ? await maque.profile() : null });
    });
  },

  onLogIn() {
    return run(this, async (maque) => this.setData(await maque.login()));
  },

  onLogOut() {
    return this.logOut('this');
  },

  onLogOutEverywhere() {
    return this.logOut('all');
  },

  logOut(scope) {
    return run(this, async (maque) => {
      // Whatever the server says, this device has no session any more.
      this.setData({ user: null, isNewUser: false });
      await maque.logout(scope);
    });
  },
});
