import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { type ApiKey, keysQuery } from '@/api/access';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { EmptyNotice } from '@/components/empty-notice';
import { useNames } from '@/hooks/use-names';
import { useNow } from '@/hooks/use-runs';
import { formatTimestamp } from '@/lib/dates';
import { EveryoneSwitch } from '../everyone-switch';
import { grantText } from '../grants/permission-labels';
import { SecretDialog } from '../secret-dialog';
import { QueryContent, Section } from '../section';
import { KeyDialog } from './key-dialog';
import { type CreatedKey, revokeKey } from './keys';

type Shown = { what: 'make' } | { what: 'made'; made: CreatedKey } | { what: 'revoke'; key: ApiKey };

export default function KeysPage() {
  const client = useQueryClient();
  const [everyone, setEveryone] = useState(false);
  const keys = useQuery(keysQuery(everyone));
  const nameOf = useNames();
  const now = useNow(false);
  const [shown, setShown] = useState<Shown>();
  const close = () => setShown(undefined);
  const refresh = () => client.invalidateQueries({ queryKey: ['keys'] });

  return (
    <Section
      title="API keys"
      about="Keys let programs use the API on your behalf, with your permissions or fewer."
      actions={
        <>
          <EveryoneSwitch checked={everyone} onChange={setEveryone} />
          <Button look="primary" onClick={() => setShown({ what: 'make' })}>
            <Plus aria-hidden />
            Create key
          </Button>
        </>
      }
    >
      <QueryContent query={keys} label="API keys">
        {(list) =>
          list.length === 0 ? (
            <EmptyNotice icon={<KeyRound />} title="No API keys yet">
              Create one per program so you can revoke them separately.
            </EmptyNotice>
          ) : (
            <ul className="border-t border-line">
              {list.map((key) => (
                <li
                  key={key.id}
                  data-key={key.name}
                  className="flex items-start gap-3 border-b border-line py-3 text-[13px]"
                >
                  <div className="min-w-0 flex-1">
                    <h3 className="flex flex-wrap items-baseline gap-x-2 font-medium break-words">
                      {key.name}
                      <code className="font-mono text-xs font-normal text-ink-soft">{key.shown}…</code>
                    </h3>
                    <p className="break-words text-ink-soft">{key.scopes.map(grantText).join('; ')}</p>
                    <p className="text-xs text-ink-soft">
                      {everyone && `${nameOf(key.user_id) ?? 'Unknown user'} · `}
                      {key.last_used_at == null
                        ? 'Never used'
                        : `Last used ${formatTimestamp(key.last_used_at, now)}`}
                      {' · '}
                      <Expiry at={key.expires_at ?? undefined} now={now} />
                    </p>
                  </div>
                  <Button
                    small
                    look="danger"
                    aria-label={`Revoke ${key.name}`}
                    onClick={() => setShown({ what: 'revoke', key })}
                  >
                    Revoke
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </QueryContent>
      {shown?.what === 'make' && (
        <KeyDialog
          now={now}
          onDone={(made) => {
            setShown({ what: 'made', made });
            void refresh();
          }}
          onClose={close}
        />
      )}
      {shown?.what === 'made' && (
        <SecretDialog
          title={`API key ${shown.made.key.name}`}
          description="Copy this key now; it won’t be shown again."
          label="Secret"
          secret={shown.made.secret}
          onClose={close}
        >
          <p>Send it with every request:</p>
          {/* The secret itself is shown above only: shells record commands in their history. */}
          <code className="rounded-md bg-sunken p-2 font-mono text-xs break-all text-ink">
            curl -H &quot;Authorization: Bearer $ROWPORT_KEY&quot; {window.location.origin}/api/v1/sources
          </code>
        </SecretDialog>
      )}
      {shown?.what === 'revoke' && (
        <ConfirmDialog
          title={`Revoke ${shown.key.name}?`}
          description="Programs that use it lose access immediately. A revoked key can’t be restored."
          action="Revoke"
          onConfirm={async () => {
            await revokeKey(shown.key.id);
            await refresh();
          }}
          onClose={close}
        />
      )}
    </Section>
  );
}

function Expiry({ at, now }: { at: string | undefined; now: number }) {
  if (at === undefined) return 'never expires';
  if (Date.parse(at) <= now) return <span className="text-danger">expired {formatTimestamp(at, now)}</span>;
  return `expires ${formatTimestamp(at, now)}`;
}
