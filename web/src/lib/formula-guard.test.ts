import { expect, test } from 'vitest';
// The server's own guard is tested with the same texts.
import cases from '../../../crates/rowport-formats/tests/fixtures/formula-guard.json';
import { guard } from './formula-guard';

test('the page guards the texts that the server guards, and no others', () => {
  expect(cases.guarded.length).toBeGreaterThan(20);
  for (const text of cases.guarded) expect(guard(text)).toBe(`'${text}`);
  for (const text of cases.plain) expect(guard(text)).toBe(text);
});
