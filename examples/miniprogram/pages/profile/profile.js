const settings = require('../../settings.js');
const { prepare, run } = require('../../ui.js');

const languages = ['zh-CN', 'zh-TW', 'en'];

/** Avatar and nickname as the user chooses them: WeChat doesn't tell them unasked any more. */
Page({
  data: {
    texts: {}, busy: false, problem: '', saved: false,
    languages, user: null, avatar: '', avatarStaysHere: false, language: 0,
  },

  onLoad() {
    prepare(this, 'profile');
    return run(this, async (maque) => this.show(await maque.profile()));
  },

  show(user) {
    const language = Math.max(languages.indexOf(user.language), 0);
    this.setData({ user, avatar: user.avatar_url, avatarStaysHere: false, language });
  },

  /** What comes is a temporary file on this device. */
  onChooseAvatar({ detail }) {
    return run(this, async (maque) => {
      this.setData({ avatar: detail.avatarUrl, avatarStaysHere: !settings.uploadAvatar });
      if (!settings.uploadAvatar) return;
      const address = await settings.uploadAvatar(detail.avatarUrl);
      this.show(await maque.updateProfile({ avatar_url: address }));
    });
  },

  onChooseLanguage({ detail }) {
    this.setData({ language: Number(detail.value) });
  },

  /** From the form, not from the input's events: WeChat checks a nickname after it was typed. */
  onSave({ detail }) {
    return run(this, async (maque) => {
      this.setData({ saved: false });
      const changes = { nickname: detail.value.nickname, language: languages[this.data.language] };
      const user = await maque.updateProfile(changes);
      this.setData({ user, saved: true });
    });
  },
});
