/** What the mini-program says, in Chinese and in English. */

const chinese = {
  home: '麻雀示例',
  welcome: '你好',
  newcomer: '第一次来，欢迎！',
  loggedOut: '尚未登录',
  logIn: '微信登录',
  logOut: '退出登录',
  logOutEverywhere: '退出所有设备',
  profile: '个人资料',
  avatar: '头像',
  chooseAvatar: '选择头像',
  avatarStaysHere: '图片只保存在本机：请在 settings.js 中设置 uploadAvatar。',
  nickname: '昵称',
  language: '语言',
  save: '保存',
  saved: '已保存',
  phone: '手机号',
  noPhone: '尚未绑定手机号',
  bindPhone: '绑定微信手机号',
  boundAt: '绑定时间',
  phoneRefused: '没有授权，未绑定。',
  flags: '配置开关',
  version: '版本',
  noFlags: '还没有发布任何配置',
  reload: '重新读取',
  sessions: '登录的设备',
  thisDevice: '本机',
  lastSeen: '最近使用',
  endSession: '下线',
  busy: '请稍候…',
  problems: {
    client: '请求没有成功',
    server: '服务器出了问题，请稍后再试',
    upstream: '服务暂时不可用，请稍后再试',
    network: '网络不通，请检查网络',
    timeout: '网络太慢，请重试',
    too_many_requests: '操作太频繁，请稍后再试',
    too_many_attempts: '操作太频繁，请稍后再试',
    account_disabled: '账号已停用，请联系客服',
    user_blocked_by_wechat: '微信限制了该账号',
    invalid_field: '填写的内容不符合要求',
    session_ended: '登录已失效，请重新登录',
    unauthenticated: '请先登录',
  },
};

const english = {
  home: 'Maque example',
  welcome: 'Hello',
  newcomer: 'Your first visit: welcome!',
  loggedOut: 'Not logged in',
  logIn: 'Log in with WeChat',
  logOut: 'Log out',
  logOutEverywhere: 'Log out everywhere',
  profile: 'Profile',
  avatar: 'Avatar',
  chooseAvatar: 'Choose an avatar',
  avatarStaysHere: 'The picture stays on this device: set uploadAvatar in settings.js.',
  nickname: 'Nickname',
  language: 'Language',
  save: 'Save',
  saved: 'Saved',
  phone: 'Phone number',
  noPhone: 'No number bound yet',
  bindPhone: 'Bind the number of WeChat',
  boundAt: 'Bound at',
  phoneRefused: 'Not allowed, so nothing was bound.',
  flags: 'Flags',
  version: 'Version',
  noFlags: 'Nothing has been published yet',
  reload: 'Read again',
  sessions: 'Where you are logged in',
  thisDevice: 'This device',
  lastSeen: 'Last seen',
  endSession: 'End',
  busy: 'One moment…',
  problems: {
    client: 'That did not work',
    server: 'The server has a problem; please try again later',
    upstream: 'Not available at the moment; please try again later',
    network: 'No connection; please check your network',
    timeout: 'The network is slow; please try again',
    too_many_requests: 'Too many requests; please try again later',
    too_many_attempts: 'Too many attempts; please try again later',
    account_disabled: 'The account is disabled; please contact us',
    user_blocked_by_wechat: 'WeChat has restricted this account',
    invalid_field: 'Something in the form is not allowed',
    session_ended: 'Your session has ended; please log in again',
    unauthenticated: 'Please log in',
  },
};

/** @param {string} language as WeChat gives it, e.g. zh_CN, zh_TW, en */
function textsFor(language) {
  return language.indexOf('zh') === 0 ? chinese : english;
}

/** What the user gets to read about a MaqueError: the most precise text that there is. */
function explain(error, texts) {
  return texts.problems[error.name] || texts.problems[error.kind] || texts.problems.client;
}

module.exports = { textsFor, explain, chinese, english };
