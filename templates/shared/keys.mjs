// phonegate:keys (the same text in Action and form)

/**
 * The keys among variables, oldest first. A key's name ends in a hash of its session secret; a value that its name does not
 * certify is left out, so an edited or half-written key does nothing. Only a key with a Twilio part can send and check codes.
 */
export async function readKeys(variables) {
  const keys = [];
  for (const name of Object.keys(variables).sort()) {
    const id = /^PHONEGATE_KEY_\d{12}_([0-9a-f]{16})$/.exec(name)?.[1];
    if (!id || typeof variables[name] !== 'string') continue;
    const [session, apiKey, apiSecret, service, ...more] = variables[name].split('.');
    if (session.length < 32 || (await idOf(session)) !== id) continue;
    const sends = Boolean(apiKey && apiSecret) && isServiceSid(service) && more.length === 0;
    keys.push({ id, session, apiKey, apiSecret, service, sends });
  }
  return keys;
}

async function idOf(session) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`phonegate/key/2|${session}`));
  return hex(hash).slice(0, 16);
}

/** What the form signs its answer to one login with. */
export function verdictKey(session, login) {
  return hmac(session, `phonegate/verdict/2|${login}`);
}

export async function hmac(secret, text) {
  const [key, message] = [secret, text].map((value) => new TextEncoder().encode(value));
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return hex(await crypto.subtle.sign('HMAC', imported, message));
}

export function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function isServiceSid(value) {
  return typeof value === 'string' && /^VA[0-9a-f]{32}$/i.test(value);
}

// phonegate:end-of-keys
