// Leads a browser into every state that the form has, takes a picture of each and has axe look at it; prints what
// happened as JSON.
//
//   node states.mjs '{"proxy": "http://127.0.0.1:8080", "states": [{"name": "wrong code", ...}], ...}'
//
// The fields are those of `stateScript` in provision/sandbox/browsertest/states_test.go.
import { signUp } from './auth0.mjs';
import { audit } from './audit.mjs';
import { Session } from './session.mjs';

const script = JSON.parse(process.argv[2]);
const code = 'input[autocomplete="one-time-code"]';
const phone = { width: 320, height: 640 };

// A state is led into by a person who has just signed up and stands before the form.
const states = {
  'code': async (s) => {
    await s.see('the code page');
    await s.page.setViewportSize(phone);
    await s.see('the code page on a small screen');
    await s.page.emulateMedia({ colorScheme: 'dark' });
    await s.see('the code page on a small dark screen');
    const wide = await s.page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > phone.width) throw new Error(`the page is ${wide} wide`);
  },
  'wrong code, then the right one': async (s) => {
    await s.type(wrong(await s.newestCode()));
    await s.refused('isn’t right. 4 tries left');
    await s.type(spaced(await s.newestCode()));
    await s.arrive();
  },
  'send again, call, limit': async (s) => {
    await s.waits('Send again in \u20660:');
    await s.pass(31);
    await s.press('resend');
    await s.says('We sent the code again.');
    await s.pass(41);
    await s.press('call');
    await s.says('We are calling you');
    for (const seconds of [61, 91]) {
      await s.pass(seconds);
      await s.press('resend');
      await s.says('We sent the code again.');
    }
    await s.pass(121);
    await s.press('resend');
    await s.says('No more codes can be sent');
    await s.type(await s.newestCode());
    await s.arrive();
  },
  'expired': async (s) => {
    await s.pass(601);
    await s.type('123456');
    await s.heads('This page has expired');
  },
  'back button': async (s) => {
    await s.type(wrong(await s.newestCode()));
    await s.refused('4 tries left');
    await s.page.goBack();
    await s.heads('Check your phone');
    await s.type(await s.newestCode());
    await s.arrive();
  },
  'double submit': async (s) => {
    await s.page.locator(code).fill(await s.newestCode());
    await s.page.locator('button[value="check"]').dblclick();
    await s.arrive();
    const posts = s.record.requests.filter(({ method, to }) => method === 'POST' && to === new URL(script.form_url).origin);
    if (posts.length !== 1) throw new Error(`the form was posted ${posts.length} times`);
  },
  'two tabs': async (s) => {
    const other = await s.page.context().newPage();
    await other.goto(s.page.url());
    await s.type(await s.newestCode());
    await s.arrive();
    const first = s.page;
    s.page = other;
    await s.type(await s.newestCode());
    await s.heads('This code is no longer valid');
    s.page = first;
  },
  'no JavaScript': async (s) => {
    await s.see('the code page without JavaScript');
    await s.type(wrong(await s.newestCode()));
    await s.says('4 tries left');
    await s.press('resend');
    await s.says('You can ask for another code in');
    await s.type(await s.newestCode());
    await s.heads('One moment');
    await s.page.getByRole('button').click();
    await s.arrive();
  },
  // The form's machine has no key for this login until the clock says so; until then its page comes again by itself.
  'one moment': async (s) => {
    await s.stilled(async () => {
      await s.heads('One moment');
      await s.page.setViewportSize(phone);
      await s.page.emulateMedia({ colorScheme: 'dark' });
      await s.see('one moment on a small dark screen');
    });
    await s.page.waitForResponse((response) => response.url().startsWith(script.form_url) && response.status() === 409);
    await s.pass(31);
    await s.heads('Check your phone');
    await s.type(await s.newestCode());
    await s.arrive();
  },
  'number': async (s) => {
    await s.heads('Your phone number');
    await s.page.locator('#number').fill('12');
    await s.press('number');
    await s.refused('can’t get a text');
    await s.page.locator('#country').selectOption('AU');
    await s.page.locator('#number').fill('0491 570 15');
    await s.press('number');
    await s.refused('can’t get a text');
    if (await s.page.locator('#country').inputValue() !== 'AU') throw new Error('the chosen country was forgotten');
    await s.page.setViewportSize(phone);
    await s.page.emulateMedia({ colorScheme: 'dark' });
    await s.see('the number page on a small dark screen');
    await s.page.locator('#number').fill('0491 570 156');
    await s.press('number');
    await s.heads('Check your phone');
    s.phone = '+61491570156';
    await s.press('change');
    await s.heads('Your phone number');
    await s.press('back');
    await s.heads('Check your phone');
    await s.type(await s.newestCode());
    await s.arrive();
  },
  'Arabic': async (s) => {
    await s.heads('رقم هاتفك');
    if (await s.page.locator('html').getAttribute('dir') !== 'rtl') throw new Error('Arabic runs from left to right');
    await s.page.locator('#country').selectOption({ label: 'أستراليا \u2066+61\u2069' });
    await s.page.locator('#number').fill('٠٤٩١ ٥٧٠ ١٥٧');
    await s.press('number');
    await s.heads('تحقَّق من هاتفك');
    s.phone = '+61491570157';
    await s.type('12');
    await s.refused('6');
    await s.type([...await s.newestCode()].map((digit) => String.fromCharCode(0x660 + Number(digit))).join(''));
    await s.arrive();
  },
  'Japanese': async (s) => {
    await s.heads('電話番号の入力');
    await s.page.locator('#number').fill('＋６１４９１５７０１５８');
    await s.press('number');
    await s.heads('電話をご確認ください');
  },
};

const looks = { 'Arabic': { locale: 'ar' }, 'Japanese': { locale: 'ja', viewport: phone } };

/** A session with what a person does on the form. */
class Visit extends Session {
  /** Every picture has its audit. */
  async see(what) {
    await this.step(what, await this.page.locator('h1').innerText());
    await audit(this, what);
  }

  async press(intent) {
    await this.page.locator(`button[name="intent"][value="${intent}"]`).click();
  }

  async type(text) {
    await this.page.locator(code).fill(text);
    await this.press('check');
  }

  async heads(title) {
    await this.page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await this.see(title);
  }

  async says(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
    await this.see(text);
  }

  /** A problem is said at the field, the field is marked, described by it and has the focus. */
  async refused(text) {
    const problem = this.page.getByRole('alert').filter({ hasText: text });
    await problem.waitFor();
    const field = this.page.locator('input[aria-invalid="true"]');
    const described = await field.getAttribute('aria-describedby');
    if (!described?.split(' ').includes(await problem.getAttribute('id'))) throw new Error(`“${text}” does not describe the field`);
    if (!await field.evaluate((element) => element === document.activeElement)) throw new Error(`“${text}” leaves the focus elsewhere`);
    await this.see(text);
  }

  /** The button counts down and can't be pressed. */
  async waits(text) {
    const button = this.page.locator('button[value="resend"]');
    await button.filter({ hasText: text }).waitFor();
    if (await button.isEnabled()) throw new Error('the button can be pressed before its time');
    await this.see(text);
  }

  /** Time passes, in the browser and in the sandbox. */
  async pass(seconds) {
    const answer = await fetch(script.clock_url, { method: 'POST', body: JSON.stringify({ advance_s: seconds }) });
    if (!answer.ok) throw new Error(await answer.text());
    await this.page.clock.runFor(1000 * seconds);
  }

  /** Looks at a page that comes again by itself, in a tab where it does not. The first tab goes on meanwhile. */
  async stilled(look) {
    const first = this.page;
    this.page = await first.context().newPage();
    await this.page.route('**', async (route) => {
      const response = await route.fetch();
      const { refresh, ...headers } = response.headers();
      if (!refresh) throw new Error('the page does not come again by itself');
      await route.fulfill({ response, headers });
    });
    await this.page.goto(first.url());
    await look();
    await this.page.close();
    this.page = first;
  }

  async newestCode() {
    const response = await fetch(`${script.messages_url}?to=${encodeURIComponent(this.phone)}`);
    const [newest] = await response.json();
    if (!newest) throw new Error(`no text for ${this.phone} has arrived`);
    return newest.code;
  }

  async arrive() {
    await super.arrive(script.redirect_uri);
  }
}

function wrong(right) {
  return right.slice(0, -1) + String((Number(right.at(-1)) + 1) % 10);
}

function spaced(right) {
  return `${right.slice(0, 3)} - ${right.slice(3)}`;
}

const results = [];
for (const { name, authorize_url: start, email, phone: number } of script.states) {
  const session = await Visit.open(script, name, name !== 'no JavaScript', looks[name]);
  session.phone = number;
  const result = { name };
  try {
    // From here on the page's clock goes on, but can be pushed forward.
    if (session.scripted) await session.page.clock.install();
    await session.page.goto(start);
    await signUp(session, { email, password: script.password, phone: number });
    await session.page.waitForURL((url) => url.href.startsWith(script.form_url));
    await states[name](session);
  } catch (error) {
    result.error = String(error.stack ?? error);
    await session.shoot('failed').catch(() => {});
  }
  results.push({ ...result, ...await session.close() });
  if (result.error) break;
}
console.log(JSON.stringify(results));
