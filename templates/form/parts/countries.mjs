import { CONFIG } from './config.mjs';
import { html } from './html.mjs';
import { hidden, isolated, say } from './pages.mjs';

// ---- Countries

/** The plan of a country that may be chosen; null for any other. */
export function findCountry(region) {
  const { allowed, picker } = CONFIG.phone;
  const listed = allowed.find((country) => country.region === region);
  if (listed || !/^[A-Z]{2}$/.test(region)) return listed ?? null;
  const line = picker.plans.find((plan) => plan.startsWith(`${region} `));
  if (!line) return null;
  const [, code, pattern, trunk, trunkRule] = line.split(' ');
  return { region, code, pattern, trunk, trunkRule };
}

/** The country that is preselected: the default, else the one of the browser's language, if it may be chosen. */
export function chooseCountry(preferences) {
  const { home, allowed } = CONFIG.phone;
  const regions = home ? [home.region] : preferences.map(({ tag }) => /-([a-z]{2})$/.exec(tag)?.[1].toUpperCase());
  return regions.find((region) => region && findCountry(region)) ?? (allowed.length === 1 ? allowed[0].region : '');
}

/** The list to choose from; where there is one country only, nothing is asked. */
export function countryField(context) {
  const { picker, allowed } = CONFIG.phone;
  const names = picker.names[context.language] ?? picker.names.en;
  if (!names) return allowed.length === 1 ? html`<input type="hidden" name="country" value="${allowed[0].region}">` : '';
  const codes = new Map(allowed.map(({ region, code }) => [region, code]));
  for (const plan of picker.plans) codes.set(plan.slice(0, 2), plan.split(' ', 2)[1]);
  const options = names.split('|').map((line) => {
    const region = line.slice(0, 2);
    const selected = region === context.country ? html` selected` : '';
    return html`<option value="${region}"${selected}>${line.slice(3)} ${isolated(`+${codes.get(region)}`)}</option>`;
  });
  return html`<label for="country">${say(context, 'country_label')}</label>
      <select id="country" name="country" autocomplete="country">
        ${context.country ? '' : html`<option value="">${say(context, 'country_none')}</option>`}${options}
      </select>`;
}
