import { expect, test } from 'vitest';
import { mayChange } from './views';

test('a saved view is changed by its owner and by administrators alone', () => {
  const view = { saved_by: 'user:ada' };
  expect(mayChange(view, { principal: 'user:ada', permissions: ['records.read'] })).toBe(true);
  expect(mayChange(view, { principal: 'user:eve', permissions: ['records.read'] })).toBe(false);
  expect(mayChange(view, { principal: 'user:eve', permissions: ['admin'] })).toBe(true);
});
