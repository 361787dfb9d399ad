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
      about="What programs sign in with. A key does what you may do, or less."
      actions={
        <>
          <EveryoneSwitch checked={everyone} onChange={setEveryone} />
          <Button look="primary" onClick={() => setShown({ what: 'make' })}>
            <Plus aria-hidden />
            Make a key
          </Button>
        </>
      }
    >
      <QueryContent query={keys} label="API keys">
        {(list) =>
          list.length === 0 ? (
            <EmptyNotice icon={<KeyRound />} title="No API key yet">
              Make one for each program, so that it can be taken away from one without stopping the others.
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
                      {everyone && `${nameOf(key.user_id) ?? 'Somebody'} · `}
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
          title={`The key ${shown.made.key.name}`}
          description="It is shown this once. Keep it where secrets are kept."
          label="Secret"
          secret={shown.made.secret}
          onClose={close}
        >
          <p>A program says it with every request:</p>
          {/* The secret itself stands above only: commands are kept in histories. */}
          <code className="rounded-md bg-sunken p-2 font-mono text-xs break-all text-ink">
            curl -H &quot;Authorization: Bearer $ROWPORT_KEY&quot; {window.location.origin}/api/v1/sources
          </code>
        </SecretDialog>
      )}
      {shown?.what === 'revoke' && (
        <ConfirmDialog
          title={`Revoke ${shown.key.name}?`}
          description="Programs that use it are refused from now on. A key that is revoked does not come back."
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
  if (at === undefined) return 'never ends';
  if (Date.parse(at) <= now) return <span className="text-danger">ended {formatTimestamp(at, now)}</span>;
  return `until ${formatTimestamp(at, now)}`;
}
