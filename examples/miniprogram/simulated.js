/** Codes that Maque's simulator takes in place of WeChat's. Each works once, as WeChat's do. */

let count = 0;

function unique() {
  count += 1;
  return Date.now() + '-' + count + '-' + Math.floor(Math.random() * 1e9);
}

module.exports = {
  /** For the user of that name. */
  loginCode: (name) => 'dev-' + name + '.' + unique(),
  /** For that number, as open-type="getPhoneNumber" would give it. */
  phoneCode: (number) => 'phone-' + number + '.' + unique(),
};
