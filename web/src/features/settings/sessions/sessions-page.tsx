import { useQuery, useQueryClient } from '@tanstack/react-query';
import { MonitorOff } from 'lucide-react';
import { useState } from 'react';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { useCurrentUser } from '@/hooks/use-current-user';
import { useNames } from '@/hooks/use-names';
import { useNow } from '@/hooks/use-runs';
import { formatTimestamp } from '@/lib/dates';
import { showToast, showProblem } from '@/lib/toast';
import { EveryoneSwitch } from '../everyone-switch';
import { QueryContent, Section } from '../section';
import { describeUserAgent } from './user-agent';
import { PasswordForm } from './password-form';

type Session = components['schemas']['Session'];

export default function SessionsPage() {
  const queries = useQueryClient();
  const me = useCurrentUser();
  const nameOf = useNames();
  const now = useNow(false);
  const [everyone, setEveryone] = useState(false);
  const [ending, setEnding] = useState<string>();
  const sessions = useQuery({
    queryKey: ['sessions', everyone],
    queryFn: async ({ signal }) => {
      const params = { query: { everyone } };
      return (await unwrap(client.GET('/api/v1/sessions', { params, signal }))).sessions;
    },
  });
  const end = async (session: Session) => {
    setEnding(session.id);
    try {
      await unwrap(client.DELETE('/api/v1/sessions/{id}', { params: { path: { id: session.id } } }));
      showToast('Session ended', describeUserAgent(session.agent));
      await queries.invalidateQueries({ queryKey: ['sessions'] });
    } catch (error) {
      showProblem(error);
    }
    setEnding(undefined);
  };

  return (
    <>
      <Section
        title="Password"
        about="Change your password. You stay signed in here and are signed out everywhere else."
      >
        <PasswordForm
          email={me.email ?? ''}
          onChanged={() => void queries.invalidateQueries({ queryKey: ['sessions'] })}
        />
      </Section>
      <Section
        title="Sessions"
        about="Devices where you are signed in. End any you don’t recognize."
        actions={<EveryoneSwitch checked={everyone} onChange={setEveryone} />}
      >
        <QueryContent query={sessions} label="sessions">
          {(list) =>
            list.length === 0 ? (
              <EmptyNotice icon={<MonitorOff />} title="No sessions">
                There are no signed-in devices.
              </EmptyNotice>
            ) : (
              <ul className="border-t border-line">
                {list.map((session) => {
                  const here = session.id === me.session;
                  const whose = everyone ? (nameOf(session.user_id) ?? 'Unknown user') : undefined;
                  return (
                    <li
                      key={session.id}
                      data-session={session.id}
                      className="flex items-start gap-3 border-b border-line py-3 text-[13px]"
                    >
                      <div className="min-w-0 flex-1">
                        <h3 className="font-medium break-words" title={session.agent ?? undefined}>
                          {whose !== undefined && `${whose} · `}
                          {describeUserAgent(session.agent)}
                          {here && (
                            <span className="ml-2 rounded-[5px] bg-accent-soft px-1.5 py-px text-xs text-accent-text">
                              This device
                            </span>
                          )}
                        </h3>
                        <p className="text-xs text-ink-soft">
                          {session.address != null && `From ${session.address} · `}
                          signed in {formatTimestamp(session.created_at, now)} · last used{' '}
                          {formatTimestamp(session.last_used_at, now)}
                        </p>
                      </div>
                      {!here && (
                        <Button
                          small
                          look="danger"
                          aria-label={`End the session of ${whose ?? ''} ${describeUserAgent(session.agent)}`}
                          disabled={ending !== undefined}
                          onClick={() => void end(session)}
                        >
                          End
                        </Button>
                      )}
                    </li>
                  );
                })}
              </ul>
            )
          }
        </QueryContent>
      </Section>
    </>
  );
}
