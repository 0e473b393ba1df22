// ---- Twilio Verify

const CALL_TIMEOUT_MS = 5000; // Auth0 gives one leg of a login 20 s; a leg makes three calls at most

/** One call, never repeated (a repeated send is another text): {ok, code, body}; no answer is ok false, code 0. */
export async function callTwilio({ service, apiKey, apiSecret }, method, path, form) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), CALL_TIMEOUT_MS);
  try {
    const response = await fetch(`https://verify.twilio.com/v2/Services/${service}/${path}`, {
      method,
      headers: {
        Authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}`,
        Accept: 'application/json',
        ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      body: form && new URLSearchParams(form).toString(),
      redirect: 'manual',
      signal: stop.signal,
    });
    const body = await response.json();
    return { ok: response.status >= 200 && response.status < 300, code: Number(body?.code) || 0, body: body ?? {} };
  } catch {
    return { ok: false, code: 0, body: {} };
  } finally {
    clearTimeout(timer);
  }
}

export function isVerificationSid(value) {
  return typeof value === 'string' && /^VE[0-9a-f]{32}$/i.test(value);
}
