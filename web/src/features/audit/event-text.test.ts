import { expect, test } from 'vitest';
import { auditExportHref, auditQuery, type AuditEvent } from './audit';
import { readAuditFilters } from './filters';
import { eventText, actorName } from './event-text';

const event = (action: string, rest: Partial<AuditEvent> = {}): AuditEvent => ({
  seq: 1,
  id: '1',
  at: '2026-11-21T12:00:00Z',
  action,
  principal: 'user:1',
  principal_name: 'Ada',
  detail: {},
  ...rest,
});
const known = {
  nameOf: (id: string) => ({ u2: 'Grace' })[id],
  roleOf: (id: string) => ({ r1: 'Support' })[id],
};
const words = (action: string, rest: Partial<AuditEvent> = {}) => eventText(event(action, rest), known);

test('what was done is said in words', () => {
  const orders = { source: 'shop', dataset: 'orders' };
  expect(words('export.started', { ...orders, detail: { format: 'csv' } })).toBe(
    'started an export of shop/orders as CSV',
  );
  expect(words('run.asked', { ...orders, detail: { rerun_of: null } })).toBe(
    'asked for an export of shop/orders in the background',
  );
  expect(words('run.asked', { ...orders, detail: { rerun_of: 'x' } })).toMatch(/^asked again/);
  expect(words('user.suspended', { subject: 'u2' })).toBe('suspended Grace');
  expect(words('user.changed', { subject: 'gone' })).toBe('changed somebody');
  expect(words('run.asked', { detail: { about: 'customer', rerun_of: null } })).toBe(
    'asked for everything about one customer',
  );
  expect(words('role.changed', { subject: 'r1', detail: { name: 'Support 2' } })).toBe(
    'changed the role “Support 2”',
  );
  expect(words('role.deleted', { subject: 'r1', detail: null })).toBe('deleted the role “Support”');
  expect(words('rows.purged', { ...orders, detail: { rows: 1200 } })).toBe(
    'asked to delete 1,200 rows of shop/orders for good',
  );
  expect(words('rows.restored', { ...orders, detail: null })).toBe('asked to restore rows of shop/orders');
  expect(words('rows.deleted', { ...orders, detail: { rows: 1 } })).toBe(
    'asked to delete 1 row of shop/orders',
  );
  expect(words('chunk.set', { ...orders, detail: { chunk: 0, rows: 5000, digest: '0' } })).toBe(
    'changed 5,000 rows of shop/orders',
  );
  // What a later version may write down.
  expect(words('rows.changed', orders)).toBe('rows.changed of shop/orders');
});

test('whoever has not signed in has no name', () => {
  expect(actorName(event('session.refused', { principal: 'nobody', principal_name: 'nobody' }))).toBe(
    'Not signed in',
  );
  expect(actorName(event('session.began'))).toBe('Ada');
});

test('the address asks for whole days, and only for what makes sense', () => {
  const filters = readAuditFilters({
    person: 'user:1',
    source: 'shop',
    from: '2026-11-21',
    to: '2026-11-21',
    x: 'y',
  });
  expect(filters).toEqual({ person: 'user:1', from: '2026-11-21', to: '2026-11-21' });
  expect(auditQuery(filters)).toEqual({
    principal: 'user:1',
    from: new Date(2026, 10, 21).toISOString(),
    to: new Date(2026, 10, 22).toISOString(),
  });
  expect(auditExportHref({ search: 'a&b', from: 'never' })).toBe('/api/v1/audit/export?search=a%26b');
});
