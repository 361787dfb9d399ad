import { useQuery, useQueryClient } from '@tanstack/react-query';
import { SearchX, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { rolesQuery, type User, usersQuery } from '@/api/access';
import { sessionQuery } from '@/api/session';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { EmptyNotice } from '@/components/empty-notice';
import { TextInput } from '@/components/field';
import { useNow } from '@/hooks/use-runs';
import { formatTimestamp } from '@/lib/dates';
import { showToast, showProblem } from '@/lib/toast';
import { SecretDialog } from '../secret-dialog';
import { QueryContent, Section } from '../section';
import { changePerson, type Invitation, invitePerson, removePerson } from './people';
import { PeopleTable } from './people-table';
import { PersonDialog } from './person-dialog';

type Shown =
  | { what: 'add' }
  | { what: 'edit' | 'suspend' | 'remove'; person: User }
  | { what: 'link'; invitation: Invitation };

/** Below so many people nobody needs to search. */
const MANY = 8;

export default function PeoplePage() {
  const client = useQueryClient();
  const users = useQuery(usersQuery);
  const roles = useQuery(rolesQuery);
  const now = useNow(false);
  const [text, setText] = useState('');
  const [shown, setShown] = useState<Shown>();
  const close = () => setShown(undefined);
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: usersQuery.queryKey });
    // It may have been oneself.
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const attempt = (steps: Promise<unknown>) => void steps.then(refresh).catch(showProblem);
  const suspend = async (person: User) => {
    await changePerson(person.id, { suspended: true });
    showToast(`${person.name} is suspended`);
    await refresh();
  };
  const remove = async (person: User) => {
    await removePerson(person.id);
    showToast(`${person.name} is removed`);
    await refresh();
  };
  const invite = (person: User) =>
    attempt(invitePerson(person.id).then((invitation) => setShown({ what: 'link', invitation })));
  const resume = (person: User) =>
    attempt(
      changePerson(person.id, { suspended: false }).then(() => showToast(`${person.name} may come in again`)),
    );

  const query = text.trim().toLowerCase();
  const matches = ({ name, email, tenant }: User) =>
    `${name} ${email} ${tenant ?? ''}`.toLowerCase().includes(query);

  return (
    <Section
      title="People"
      about="Who can sign in, and what they may do. Whoever is added gets a link with which they choose their password."
      actions={
        <>
          {(users.data?.length ?? 0) > MANY && (
            <TextInput
              role="searchbox"
              aria-label="Search people"
              placeholder="Search people"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
          <Button look="primary" onClick={() => setShown({ what: 'add' })}>
            <UserPlus aria-hidden />
            Add somebody
          </Button>
        </>
      }
    >
      <QueryContent query={users} label="people">
        {(everybody) => {
          const found = everybody.filter(matches);
          return found.length > 0 ? (
            <PeopleTable
              people={found}
              roles={roles.data ?? []}
              now={now}
              onEdit={(person) => setShown({ what: 'edit', person })}
              onInvite={invite}
              onSuspend={(person) => setShown({ what: 'suspend', person })}
              onResume={resume}
              onRemove={(person) => setShown({ what: 'remove', person })}
            />
          ) : (
            <EmptyNotice icon={<SearchX />} title="Nobody of that name" />
          );
        }}
      </QueryContent>
      {(shown?.what === 'add' || shown?.what === 'edit') && (
        <PersonDialog
          {...(shown.what === 'edit' && { person: shown.person })}
          roles={roles.data ?? []}
          tenants={[...new Set((users.data ?? []).flatMap(({ tenant }) => tenant ?? []))]}
          onDone={(invitation) => {
            setShown(invitation && { what: 'link', invitation });
            void refresh();
          }}
          onClose={close}
        />
      )}
      {shown?.what === 'suspend' && (
        <ConfirmDialog
          title={`Suspend ${shown.person.name}?`}
          description="They are signed out everywhere, their API keys and links stop working, and their exports under way are cancelled. You can let them in again at any time."
          action="Suspend"
          onConfirm={() => suspend(shown.person)}
          onClose={close}
        />
      )}
      {shown?.what === 'remove' && (
        <ConfirmDialog
          title={`Remove ${shown.person.name}?`}
          description={`${shown.person.email} is removed for good, with their sessions and API keys. What they did stays in the audit.`}
          action="Remove"
          onConfirm={() => remove(shown.person)}
          onClose={close}
        />
      )}
      {shown?.what === 'link' && (
        <SecretDialog
          title={`A link for ${shown.invitation.user.name}`}
          description="It is shown this once. Whoever has it can choose the password of this account, so send it to nobody else."
          label="Link"
          secret={window.location.origin + shown.invitation.path}
          onClose={close}
        >
          <p>
            It works once, until {formatTimestamp(shown.invitation.expires_at, now)}. A new link makes those
            before it worthless.
          </p>
        </SecretDialog>
      )}
    </Section>
  );
}
