/*
 * The phone field for pages that embed Auth0's Lock.
 * phonegate:sign-up-fields
 *
 *   new Auth0Lock(clientId, domain, { additionalSignUpFields: phonegateSignUpFields });
 *
 * Lock keeps the value in user_metadata.phone_number. The check here only catches slips of the pen, early
 * and in place: anyone can sign up without this page, so the post-login Action reads the number again.
 */
var phonegateSignUpFields = (function (config) {
  'use strict';

  return config.fields.map(function (field) {
    var result = {
      name: field.name,
      placeholder: field.placeholder,
      icon: field.icon,
      validator: function (value) {
        var dialled = String(value).replace(/[\s().\/\u2010-\u2015-]/g, '');
        return { valid: new RegExp(field.pattern).test(dialled), hint: field.hint };
      },
    };
    if (field.prefill) result.prefill = field.prefill;
    return result;
  });
})(/* phonegate:config */ {
  "fields": [
    {
      "name": "phone_number",
      "placeholder": "Mobile number",
      "hint": "Enter a mobile number with its country code",
      "pattern": "^(?:\\+|00)[1-9]\\d{6,14}$",
      "icon": "data:,"
    }
  ]
} /* phonegate:end */);

if (typeof globalThis === 'object') globalThis.phonegateSignUpFields = phonegateSignUpFields; // for pages made of modules
if (typeof module === 'object' && module.exports) module.exports = phonegateSignUpFields;
