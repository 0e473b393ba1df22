// phonegate:numbers (the same text in Action and form)

/**
 * Reads what a person typed as a phone number: {number} in E.164; {problem: "phone_invalid"} if it is none;
 * {number, problem: "phone_country"} if its country is not allowed. Understands spaces, dashes, dots,
 * brackets, slashes, other scripts' digits, a leading 00, a stray "(0)" and, with a home country, national form.
 */
export function normaliseNumber(typed, { home, allowed }) {
  const invalid = { problem: 'phone_invalid' };
  if (typeof typed !== 'string' || typed.length > 60) return invalid;
  const text = westernDigits(typed).replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g, '').trim();
  const dialled = text.replace(/^(\(?(?:\+|00)[^(]*)\(0\)/, '$1').replace(/[\s().\/\u2010-\u2015\u2212-]/g, '');
  let number = null;
  if (/^\+\d+$/.test(dialled)) number = dialled;
  else if (/^00\d+$/.test(dialled)) number = `+${dialled.slice(2)}`;
  else if (/^\d+$/.test(dialled) && home) number = readNational(dialled, home);
  if (!isE164(number)) return invalid;
  if (allowed.length === 0) return { number };

  const sameCode = allowed.filter(({ code }) => number.startsWith(`+${code}`));
  for (const country of sameCode) {
    const national = fitNational(number.slice(1 + country.code.length), country);
    if (national !== null) return { number: `+${country.code}${national}` };
  }
  // With a calling code that several countries share, a number that fits none of ours is another country's.
  if (sameCode.some(({ shared }) => !shared)) return invalid;
  return { number, problem: 'phone_country' };
}

/** Full-width, Arabic-Indic and Persian digits as 0 to 9. */
export function westernDigits(text) {
  return text.normalize('NFKC').replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => digit.charCodeAt(0) & 15);
}

function readNational(digits, home) {
  const national = fitNational(digits, home);
  if (national !== null) return `+${home.code}${national}`;
  const rest = digits.startsWith(home.code) ? fitNational(digits.slice(home.code.length), home) : null;
  return rest !== null ? `+${home.code}${rest}` : null;
}

/** The national number as the country's plan has it, without a trunk prefix; null if it does not fit the plan. */
function fitNational(digits, { pattern, trunk, trunkRule }) {
  const plan = new RegExp(`^(?:${pattern})$`);
  const prefix = trunk ? new RegExp(`^(?:${trunk})`).exec(digits) : null;
  if (prefix) {
    const groups = prefix.slice(1);
    const moved = trunkRule && groups.at(-1) !== undefined ? trunkRule.replace(/\$(\d)/g, (_, n) => groups[n - 1] ?? '') : '';
    const bare = moved + digits.slice(prefix[0].length);
    if (plan.test(bare)) return bare;
  }
  return plan.test(digits) ? digits : null;
}

export function isE164(value) {
  return typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value);
}

// phonegate:end-of-numbers
