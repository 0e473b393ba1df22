// The deployed page that asks for the code.

const codeField = 'input[autocomplete="one-time-code"]';

// enterCode types a wrong code, sees that it may try again, and then the code from the phone.
export async function enterCode(session, { phone, messages_url: messages, form_url: formURL }) {
  const { page } = session;
  await page.waitForURL((url) => url.origin === new URL(formURL).origin);
  const field = page.locator(codeField);
  await field.waitFor();
  await session.step('the form asks for the code', await page.locator('h1').innerText());
  await look(session);

  const code = await newestCode(messages, phone);
  await field.fill(anotherThan(code));
  await submit(page);
  const problem = page.getByRole('alert');
  await problem.waitFor();
  await session.step('a wrong code is refused', await problem.innerText());
  if (await field.getAttribute('aria-invalid') !== 'true') throw new Error('the field does not say that its value is wrong');

  await field.fill(code);
  await session.step('the code is filled in');
  await submit(page);
  if (!session.scripted) {
    // What a script does otherwise: send the browser on.
    await page.getByRole('button').waitFor();
    await session.step('the form offers the way back');
    await page.getByRole('button').click();
  }
}

// look takes pictures of the page as a small screen and as a dark one show it, and checks that nothing sticks out.
async function look(session) {
  const { page } = session;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await session.shoot('the form on a small screen');
  await page.emulateMedia({ colorScheme: 'dark' });
  await session.shoot('the form on a small dark screen');
  await page.setViewportSize(before);
  await session.shoot('the form on a dark screen');
  await page.emulateMedia({ colorScheme: 'light' });
}

async function submit(page) {
  await page.locator('button[name="intent"][value="check"]').click();
}

async function newestCode(messages, phone) {
  const response = await fetch(`${messages}?to=${encodeURIComponent(phone)}`);
  const [newest] = await response.json();
  if (!newest) throw new Error(`no text for ${phone} has arrived`);
  return newest.code;
}

// anotherThan is a code of the same length that differs in the last digit.
function anotherThan(code) {
  return code.slice(0, -1) + String((Number(code.at(-1)) + 1) % 10);
}
