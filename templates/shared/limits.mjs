import { hmac } from './keys.mjs';

// phonegate:limits (the same text in Action and form)

/**
 * What Twilio counts sends by, under the names of the service's two rate limits: the user, and the network that the login
 * came from. Twilio is given keyed hashes, so it learns neither, and whatever a user id holds, they are well-formed.
 */
export async function limitsOf(service, user, address) {
  const limits = { phonegate_user: await pseudonym(service, user) };
  const network = networkOf(address);
  if (network) limits.phonegate_ip = await pseudonym(service, network);
  return JSON.stringify(limits);
}

async function pseudonym(service, text) {
  return (await hmac(service, text)).slice(0, 32);
}

/** An IPv4 address, or the first half of an IPv6 address: the second half is the user's own to choose. "" for none. */
function networkOf(address) {
  const text = typeof address === 'string' ? address.toLowerCase() : '';
  if (!text.includes(':')) return text;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/.exec(text);
  if (mapped) return mapped[1];
  const [head, tail] = text.split('::').map((part) => (part ? part.split(':') : []));
  const gap = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...gap, ...(tail ?? [])].slice(0, 4).map((group) => parseInt(group, 16) || 0).join(':');
}

/** Twilio's codes for sends that are too many: for the number, for a rate limit of the service, for the account. */
export function isLimit(code) {
  return [60203, 20429, 25109].includes(code);
}

/** Twilio's codes for a send that names a rate limit which is not there. Nothing was sent then, so it may be tried without. */
export function isUnknownLimit(code) {
  return [60200, 20404].includes(code);
}

// phonegate:end-of-limits
