import type { Workspace } from './workspace';

/** Made-up people, roles, keys, sessions, limits and events, with all that can be said of each. */
export function access({ principal, source, child }: Workspace) {
  const now = Date.now();
  const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const person = (id: string, name: string, email: string, rest: object = {}) => ({
    id, email, name, tenant: null, suspended: false, active: true, roles: ['viewer'], created_at: ago(9000),
    last_seen_at: ago(30), ...rest,
  }); // prettier-ignore
  const me = principal.replace('user:', '');
  const grace = person('u2', 'Grace Hopper', 'grace@example.org', {
    suspended: true,
    roles: ['r1', 'viewer'],
  });
  const users = [
    person(me, 'Ada Byron', 'ada@example.org', { roles: ['admin'] }),
    grace,
    person(
      'u3',
      'Wolfgang Amadeus Theophilus Mozart',
      'a.very.long.address.of.somebody@department.example.org',
      {
        active: false,
        last_seen_at: null,
        tenant: 'salzburg',
        roles: [],
      },
    ),
  ];
  const all = { permissions: ['*'], datasets: ['*'] };
  const read = { permissions: ['records.read'], datasets: ['*'] };
  const roles = [
    { id: 'admin', name: 'Administrator', built_in: true, grants: [all], columns: [] },
    {
      id: 'r1',
      name: 'Support',
      built_in: false,
      grants: [{ permissions: ['records.*', '*.read'], datasets: [`${source}/${child}`, '*/audit_*'] }, read],
      columns: [
        { dataset: `${source}/${child}`, column: 'id', effect: 'masked' },
        { dataset: '*', column: 'phone', effect: 'hidden' },
      ],
    },
    { id: 'viewer', name: 'Viewer', built_in: true, grants: [read], columns: [] },
  ];
  const key = (id: string, name: string, rest: object = {}) => ({
    id, name, user_id: me, shown: 'rpk_0123abcd', scopes: [read], created_at: ago(500), last_used_at: null,
    expires_at: null, ...rest,
  }); // prettier-ignore
  const session = (id: string, agent: string | null, rest: object = {}) => ({
    id, user_id: me, agent, address: '192.0.2.7', created_at: ago(600), last_used_at: ago(2), ...rest,
  }); // prettier-ignore
  const delivery = (id: string, state: string, channel: string, rest: object = {}) => ({
    id, state, channel, event: 'run.completed', run_id: 'r1', recipient: null, attempt: 1, error_code: null,
    error_message: null, created_at: ago(50), not_before: ago(50), finished_at: null, ...rest,
  }); // prettier-ignore
  let seq = 900;
  const event = (action: string, rest: object = {}) => ({
    seq: (seq -= 1), id: `e${seq}`, at: ago(900 - seq), action, principal, principal_name: 'Ada Byron', tenant: null,
    address: '2001:db8::1234:5678:9abc:def0', request: '0f1e2d', source: null, dataset: null, subject: null, detail: {},
    ...rest,
  }); // prettier-ignore
  return {
    users,
    roles,
    invitation: { user: grace, path: '/join#0123456789abcdef0123456789abcdef', expires_at: ago(-3000) },
    keys: [
      key('k1', 'Nightly report'),
      key('k2', 'Old one', { last_used_at: ago(90), expires_at: ago(10) }),
      key('k3', 'Theirs', { user_id: 'u2', expires_at: ago(-9000) }),
    ],
    sessions: [
      session('s1', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0'),
      session('s2', null, { user_id: 'u2', address: null }),
    ],
    limits: {
      exports: [
        { most: 50, within_seconds: 3600, left: 37, resets_at: ago(-20) },
        { most: 100, within_seconds: 86_400, left: 0, resets_at: ago(-300) },
      ],
      subject_exports: [{ most: 5, within_seconds: 86_400, left: 4, resets_at: ago(-600) }],
    },
    channels: [
      {
        name: 'email',
        host: 'smtp.example.org',
        from: 'Rowport <rowport@example.org>',
        events: ['run.completed', 'run.failed'],
        personal: true,
      },
      {
        name: 'webhook:a-name-that-is-rather-long-for-a-webhook',
        host: 'hooks.a-department-with-a-long-name.example.org',
        from: null,
        events: ['run.failed'],
        personal: false,
      },
    ],
    deliveries: {
      deliveries: [
        delivery('d1', 'sending', 'email', { event: 'test', recipient: principal }),
        delivery('d2', 'waiting', 'webhook:warehouse', {
          attempt: 2,
          error_code: 'webhook_refused',
          error_message: 'it answered 503',
        }),
        delivery('d3', 'failed', 'email', {
          event: 'run.failed',
          recipient: 'user:u2',
          error_code: 'mail_refused',
          error_message: 'smtp.example.org: permanent error (550): 5.1.1 nobody of that name',
        }),
        delivery('d4', 'sent', 'webhook:warehouse', { attempt: 3, finished_at: ago(40) }),
      ],
      next: 'd4',
    },
    audit: {
      events: [
        event('export.started', { source, dataset: child, detail: { format: 'csv', tier: 'direct' } }),
        event('role.changed', { subject: 'r1', detail: { name: 'Support', grants: [read], columns: [] } }),
        event('user.suspended', { subject: 'u2', detail: { roles: null, tenant: null } }),
        event('session.refused', { principal: 'nobody', principal_name: 'nobody', detail: null }),
        event('session.began', { tenant: 'salzburg' }),
      ],
      next: 895,
    },
  };
}
