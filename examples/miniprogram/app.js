const { createMaque } = require('./maque.js');
const settings = require('./settings.js');
const simulated = require('./simulated.js');
const { textsFor } = require('./texts.js');

/** As the user has set up WeChat; getAppBaseInfo came with base library 2.20.1. */
function language() {
  const info = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync();
  return info.language || 'zh_CN';
}

function connect() {
  const options = { baseUrl: settings.baseUrl, appid: settings.appid };
  if (settings.simulatedUser)
    options.loginCode = () => Promise.resolve(simulated.loginCode(settings.simulatedUser));
  return createMaque(options);
}

App({
  onLaunch() {
    this.texts = textsFor(language());
    this.maque = connect();
  },
});
