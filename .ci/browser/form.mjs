// The deployed page that asks for the code and, where there is none yet, for the number.

const codeField = 'input[autocomplete="one-time-code"]';

// giveNumber answers the question for the number, which users get who have none in their profile.
export async function giveNumber(session, script) {
  const { page } = session;
  await arrive(session, script);
  const field = page.locator('input[type="tel"]');
  await session.step('the form asks for the number', await page.locator('h1').innerText());
  await field.fill('12');
  await press(page, 'number');
  await session.step('a wrong number is refused', await page.getByRole('alert').innerText());
  await field.fill(script.phone);
  await press(page, 'number');
}

// lookAtForm takes pictures of the page that asks for the code: as it is, on a small screen, and dark.
export async function lookAtForm(session, script) {
  const { page } = session;
  await arrive(session, script);
  await page.locator(codeField).waitFor();
  await session.step('the form asks for the code', await page.locator('h1').innerText());

  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await session.shoot('the form on a small screen');
  await page.emulateMedia({ colorScheme: 'dark' });
  await session.shoot('the form on a small dark screen');
  await page.setViewportSize(size);
  await session.shoot('the form on a dark screen');
  await page.emulateMedia({ colorScheme: 'light' });
}

// mistypeCode types a code that differs from the right one in the last digit.
export async function mistypeCode({ page }, script) {
  const code = await newestCode(script);
  await page.locator(codeField).fill(code.slice(0, -1) + String((Number(code.at(-1)) + 1) % 10));
  await press(page, 'check');
}

// readProblem sees that a wrong code is not the end.
export async function readProblem(session) {
  const { page } = session;
  const problem = page.getByRole('alert');
  await problem.waitFor();
  await session.step('a wrong code is refused', await problem.innerText());
  if (await page.locator(codeField).getAttribute('aria-invalid') !== 'true') {
    throw new Error('the field does not say that its value is wrong');
  }
}

// typeCode types the code that the phone shows.
export async function typeCode(session, script) {
  const { page } = session;
  await arrive(session, script);
  await page.locator(codeField).fill(await newestCode(script));
  await session.step('the code is filled in');
  await press(page, 'check');
}

// goBack does by hand what a script does otherwise: it sends the browser on to Auth0.
export async function goBack(session) {
  const button = session.page.locator('form[action*="/continue"]').getByRole('button');
  await button.waitFor();
  await session.step('the form offers the way back');
  await button.click();
}

async function arrive({ page }, { form_url: form, redirect_uri: app }) {
  await page.waitForURL((url) => url.href.startsWith(form) || url.href.startsWith(app));
  if (page.url().startsWith(app)) throw new Error(`the login ended before the form: ${page.url()}`);
}

async function press(page, intent) {
  await page.locator(`button[name="intent"][value="${intent}"]`).click();
}

async function newestCode({ messages_url: messages, phone }) {
  const response = await fetch(`${messages}?to=${encodeURIComponent(phone)}`);
  const [newest] = await response.json();
  if (!newest) throw new Error(`no text for ${phone} has arrived`);
  return newest.code;
}
