import { expect, test } from 'vitest';
import { copyName, missing } from './roles';

const whole = {
  name: 'Support',
  grants: [{ permissions: ['records.read'], datasets: ['*'] }],
  columns: [{ dataset: 'shop/people', column: 'email', effect: 'masked' as const }],
};

test('a role says what it lacks before it is sent', () => {
  expect(missing(whole)).toBeUndefined();
  expect(missing({ ...whole, name: '  ' })).toMatch(/name/);
  expect(missing({ ...whole, grants: [{ permissions: [], datasets: ['*'] }] })).toMatch(
    /at least one permission/,
  );
  expect(missing({ ...whole, grants: [{ permissions: ['*'], datasets: [] }] })).toMatch(
    /a dataset for each permission rule/,
  );
  expect(missing({ ...whole, columns: [{ dataset: '*', column: '', effect: 'hidden' }] })).toMatch(
    /each restricted column/,
  );
  // Nothing is something that can be allowed.
  expect(missing({ ...whole, grants: [], columns: [] })).toBeUndefined();
});

test('copies have names of their own', () => {
  expect(copyName('Viewer', ['Viewer'])).toBe('Copy of Viewer');
  expect(copyName('Viewer', ['copy of viewer'])).toBe('Copy 2 of Viewer');
});
