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

test('an event reads as what its actor did', () => {
  const orders = { source: 'shop', dataset: 'orders' };
  expect(words('export.started', { ...orders, detail: { format: 'csv' } })).toBe(
    'started an export of shop/orders as CSV',
  );
  expect(words('run.asked', { ...orders, detail: { rerun_of: null } })).toBe(
    'requested an export of shop/orders in the background',
  );
  expect(words('run.asked', { ...orders, detail: { rerun_of: 'x' } })).toMatch(/^requested again/);
  expect(words('user.suspended', { subject: 'u2' })).toBe('suspended Grace');
  expect(words('user.changed', { subject: 'gone' })).toBe('edited a user');
  expect(words('run.asked', { detail: { about: 'customer', rerun_of: null } })).toBe(
    'requested a personal data export (customer)',
  );
  expect(words('role.changed', { subject: 'r1', detail: { name: 'Support 2' } })).toBe(
    'edited the role “Support 2”',
  );
  expect(words('role.deleted', { subject: 'r1', detail: null })).toBe('deleted the role “Support”');
  expect(words('rows.purged', { ...orders, detail: { rows: 1200 } })).toBe(
    'requested permanent deletion of 1,200 rows of shop/orders',
  );
  expect(words('rows.restored', { ...orders, detail: null })).toBe(
    'requested to restore rows of shop/orders',
  );
  expect(words('rows.deleted', { ...orders, detail: { rows: 1 } })).toBe(
    'requested deletion of 1 row of shop/orders',
  );
  expect(words('chunk.set', { ...orders, detail: { chunk: 0, rows: 5000, digest: '0' } })).toBe(
    'changed 5,000 rows of shop/orders',
  );
  // An action of a later version.
  expect(words('rows.changed', orders)).toBe('rows.changed of shop/orders');
});

test('the actor of a refused sign-in has no name', () => {
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
