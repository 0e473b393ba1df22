// Verifies a number with Twilio's own helper library and prints one JSON object. The code that arrived on the phone
// is read from the sandbox; everything else is as it would be anywhere.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PACKAGES}/`);
const twilio = require("twilio");
const { PHONE_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } = process.env;
const client = twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN);
const to = "+61491570156";

const failure = async (promise) => {
  try {
    await promise;
    return null;
  } catch (e) {
    return { name: e.constructor.name, status: e.status, code: e.code, message: e.message, moreInfo: e.moreInfo };
  }
};

const arrived = async (number) => {
  const answer = await fetch(`${PHONE_URL}/messages?to=${encodeURIComponent(number)}`);
  return (await answer.json())[0];
};

const wrong = (code) => (code === "000000" ? "000001" : "000000");

const out = {};
const service = await client.verify.v2.services.create({ friendlyName: "Acme dev", codeLength: 6 });
out.service = { sid: service.sid, friendlyName: service.friendlyName, codeLength: service.codeLength, dated: service.dateCreated instanceof Date };
const verify = client.verify.v2.services(service.sid);
out.listed = (await client.verify.v2.services.list({ limit: 20 })).map((s) => s.sid);

const sent = await verify.verifications.create({ to, channel: "sms" });
out.sent = { sid: sent.sid, status: sent.status, valid: sent.valid, attempts: sent.sendCodeAttempts.length };
const message = await arrived(to);
out.message = message.body;
const missed = await verify.verificationChecks.create({ to, code: wrong(message.code) });
out.missed = { sid: missed.sid, status: missed.status, valid: missed.valid };
const right = await verify.verificationChecks.create({ verificationSid: sent.sid, code: message.code });
out.right = { sid: right.sid, status: right.status, valid: right.valid };
out.again = await failure(verify.verificationChecks.create({ to, code: message.code }));

await verify.verifications.create({ to, channel: "sms" });
const { code } = await arrived(to);
const checks = [];
for (let i = 0; i < 5; i++) checks.push((await verify.verificationChecks.create({ to, code: wrong(code) })).status);
out.checks = checks;
out.tooManyChecks = await failure(verify.verificationChecks.create({ to, code }));

const other = "+61491570157";
const sends = [];
for (let i = 0; i < 5; i++) sends.push((await verify.verifications.create({ to: other, channel: "sms" })).sid);
out.sends = [...new Set(sends)].length;
out.tooManySends = await failure(verify.verifications.create({ to: other, channel: "sms" }));
out.noNumber = await failure(verify.verifications.create({ to: "notaphone", channel: "sms" }));

const key = await client.newKeys.create({ friendlyName: "phonegate dev" });
out.key = { sid: key.sid, friendlyName: key.friendlyName, secret: key.secret.length };
const limited = twilio(key.sid, key.secret, { accountSid: TWILIO_ACCOUNT_SID });
out.byKey = (await limited.verify.v2.services(service.sid).fetch()).sid;
out.keysByKey = await failure(limited.keys.list());
out.removed = [await client.keys(key.sid).remove(), await verify.remove()];
out.gone = await failure(verify.fetch());
out.refused = await failure(twilio(TWILIO_ACCOUNT_SID, "0".repeat(32)).verify.v2.services.list());
console.log(JSON.stringify(out));
