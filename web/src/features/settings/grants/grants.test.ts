import { describe, expect, test } from 'vitest';
import { allows, matches, oddPatterns, OFFERED, PERMISSIONS, widerThan, withPattern } from './grants';
import { grantText, roleText } from './permission-labels';

test.each([
  // The server's own table: both must read a pattern alike.
  ['*', '', true],
  ['*', 'a/b', true],
  ['shop/*', 'shop/orders', true],
  ['shop/*', 'shopping/orders', false],
  ['shop/orders', 'shop/orders', true],
  ['shop/orders', 'shop/orders2', false],
  ['*/audit_*', 'shop/audit_log', true],
  ['*/audit_*', 'shop/orders', false],
  ['records.*', 'records.read', true],
  ['records.*', 'audit.read', false],
  ['a*a', 'a', false],
  ['*.read', 'records.read', true],
  ['', 'a', false],
])('%j and %j: %j', (pattern, text, fits) => {
  expect(matches(pattern, text)).toBe(fits);
});

describe('what is ticked', () => {
  test('a wider pattern stands for those that it covers', () => {
    expect(withPattern(['records.read', 'audit.read'], 'records.*', true)).toEqual([
      'audit.read',
      'records.*',
    ]);
    expect(withPattern(['records.*', 'admin'], '*', true)).toEqual(['*']);
    expect(withPattern(['records.*'], 'records.*', false)).toEqual([]);
    expect(widerThan(['records.*'], 'records.read')).toBe('records.*');
    expect(widerThan(['records.read'], 'records.read')).toBeUndefined();
    expect(allows(['*.read'], 'audit.read')).toBe(true);
  });

  test('patterns without a checkbox are kept', () => {
    const patterns = ['*.read', 'records.export'];
    expect(oddPatterns(patterns)).toEqual(['*.read']);
    expect(withPattern(patterns, 'records.export', false)).toEqual(['*.read']);
  });
});

test('roles say in words what they allow', () => {
  const grant = (permissions: string[], datasets: string[]) => ({ permissions, datasets });
  expect(grantText(grant(['*'], ['*']))).toBe('All permissions in every dataset');
  expect(grantText(grant(['records.read', 'records.export'], ['shop/*', 'crm/people']))).toBe(
    'View rows, export rows in shop/*, crm/people',
  );
  expect(grantText(grant(['audit.read'], ['*']))).toBe('View the audit log');
  expect(roleText({ grants: [], columns: [] })).toBe('Nothing');
  const columns = [
    { dataset: 'shop/people', column: 'email', effect: 'masked' as const },
    { dataset: 'shop/people', column: 'phone', effect: 'hidden' as const },
  ];
  expect(roleText({ grants: [grant(['records.read'], ['*'])], columns })).toBe(
    'View rows in every dataset · 1 column hidden, 1 masked',
  );
});

test('what the product has not yet is neither offered nor said of a role', () => {
  const absent = ['records.import', 'collections.run', 'schedules.manage'] as const;
  expect(absent.filter((each) => OFFERED.includes(each))).toEqual([]);
  expect([...OFFERED, ...absent].sort()).toEqual([...PERMISSIONS].sort());
  const grants = [
    { permissions: ['records.read', 'records.import'], datasets: ['*'] },
    { permissions: ['collections.run', 'schedules.manage'], datasets: ['*'] },
  ];
  expect(roleText({ grants, columns: [] })).toBe('View rows in every dataset');
  // What was written by hand stays.
  expect(oddPatterns(['*.read', 'records.import'])).toEqual(['*.read']);
});
