// The login pages of the tenant: the deployed one with the real Lock, and the sandbox's plain stand-in.

// A number that Lock's validator must refuse before anything is sent.
const notANumber = '12';

export async function signUpWithLock(session, { email, password, phone }) {
  const { page } = session;
  const tab = page.locator('.auth0-lock-tabs').getByText('Sign Up');
  await tab.waitFor();
  await session.step('lock is shown');
  await tab.click();
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  const field = page.locator('input[name="phone_number"]');
  const submit = page.locator('button.auth0-lock-submit');

  await field.fill(notANumber);
  await submit.click();
  const hint = page.locator('.auth0-lock-error-invalid-hint');
  await hint.waitFor();
  await session.step('lock refuses the number', await hint.innerText());
  await fits(hint, page.locator('.auth0-lock-widget'));
  if (session.called('/dbconnections/signup')) throw new Error('Lock sent a sign-up with a number that is not one');

  await field.fill(phone);
  await session.step('sign-up is filled in');
  await submit.click();
}

export async function logInWithLock(session, { email, password }) {
  const { page } = session;
  await page.locator('input[name="email"], input[name="username"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  await session.step('log-in is filled in');
  await page.locator('button.auth0-lock-submit').click();
}

export async function signUp(session, { email, password, phone }) {
  const form = session.page.locator('form#signup');
  await form.locator('input[name="email"]').fill(email);
  await form.locator('input[name="password"]').fill(password);
  const field = form.locator('input[name="phone_number"]');
  if (await field.count() > 0) await field.fill(phone);
  await session.step('sign-up is filled in');
  await form.getByRole('button').click();
}

export async function logIn(session, { email, password }) {
  const form = session.page.locator('form#login');
  await form.locator('input[name="email"]').fill(email);
  await form.locator('input[name="password"]').fill(password);
  await session.step('log-in is filled in');
  await form.getByRole('button').click();
}

// fits sees that a text does not run out of what it stands in: Lock leaves the lines of its hints unbroken.
async function fits(text, around) {
  const inner = await text.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().toJSON();
  });
  const outer = await around.evaluate((element) => element.getBoundingClientRect().toJSON());
  if (inner.left < outer.left || inner.right > outer.right) throw new Error(`“${await text.innerText()}” is wider than its place`);
}
