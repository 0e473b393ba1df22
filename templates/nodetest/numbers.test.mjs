// The normaliser of Action and form, against libphonenumber's example number of every country.
import assert from 'node:assert/strict';
import test from 'node:test';
import { normaliseNumber } from '../shared/numbers.mjs';
import { suite } from './stand-ins.mjs';

test('every country reads its own example, international and national', () => {
  const wrong = [];
  for (const { plan, typed, number, problem = '' } of suite.numbers) {
    const got = normaliseNumber(typed, plan);
    if (got.number !== number || (got.problem ?? '') !== problem) {
      wrong.push(`${plan.allowed.map(({ region }) => region)} (home ${plan.home?.region}): ${typed} is ${number} ${problem}, not ${JSON.stringify(got)}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('no text makes the normaliser throw or take long', () => {
  const { plan } = suite.numbers[0];
  const hostile = ['+', '00', '(0)', '+(0)', '('.repeat(60), '+1(0'.repeat(15), ' '.repeat(1e6), '\u0000', '💩', '1'.repeat(1e6), '+'.repeat(60),
    null, undefined, {}, [], 0, NaN, true, () => {}];
  const begin = performance.now();
  for (const typed of hostile) assert.deepEqual(normaliseNumber(typed, plan), { problem: 'phone_invalid' });
  assert.ok(performance.now() - begin < 500);
});
