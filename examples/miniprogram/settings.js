/** What differs from one mini-program to the next. */
module.exports = {
  /** Where Maque listens. In WeChat itself this has to be https, and listed as a request domain. */
  baseUrl: 'http://127.0.0.1:8080',

  /** Only if the server serves several mini-programs: which one this is. */
  appid: '',

  /**
   * Who logs in, as long as Maque talks to its simulator instead of to WeChat (wechat.mode =
   * "simulator"). An empty string for the real thing.
   */
  simulatedUser: 'alice',

  /**
   * Maque keeps the address of an avatar, not the picture. Give a function that uploads the file to
   * your storage and resolves to its https address; without one, the picture stays on the device.
   * @type {null | function(string): Promise<string>}
   */
  uploadAvatar: null,
};
