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

/** The number of people from which a search is offered. */
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
    // It may have been the current user.
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const attempt = (steps: Promise<unknown>) => void steps.then(refresh).catch(showProblem);
  const suspend = async (person: User) => {
    await changePerson(person.id, { suspended: true });
    showToast(`${person.name} suspended`);
    await refresh();
  };
  const remove = async (person: User) => {
    await removePerson(person.id);
    showToast(`${person.name} deleted`);
    await refresh();
  };
  const invite = (person: User) =>
    attempt(invitePerson(person.id).then((invitation) => setShown({ what: 'link', invitation })));
  const resume = (person: User) =>
    attempt(
      changePerson(person.id, { suspended: false }).then(() => showToast(`${person.name} reactivated`)),
    );

  const query = text.trim().toLowerCase();
  const matches = ({ name, email, tenant }: User) =>
    `${name} ${email} ${tenant ?? ''}`.toLowerCase().includes(query);

  return (
    <Section
      title="People"
      about="People who can sign in, and their roles. New people get a link to set their password."
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
            Invite user
          </Button>
        </>
      }
    >
      <QueryContent query={users} label="people">
        {(people) => {
          const found = people.filter(matches);
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
            <EmptyNotice icon={<SearchX />} title="No matching people" />
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
          description="They are signed out everywhere, their API keys and links stop working, and their running exports are cancelled. You can reactivate them at any time."
          action="Suspend"
          onConfirm={() => suspend(shown.person)}
          onClose={close}
        />
      )}
      {shown?.what === 'remove' && (
        <ConfirmDialog
          title={`Delete ${shown.person.name}?`}
          description={`This permanently deletes ${shown.person.email} with all sessions and API keys. The audit log still shows what they did.`}
          action="Delete"
          onConfirm={() => remove(shown.person)}
          onClose={close}
        />
      )}
      {shown?.what === 'link' && (
        <SecretDialog
          title={`Sign-in link for ${shown.invitation.user.name}`}
          description="Copy this link now; it won’t be shown again. Anyone who has it can set this account’s password."
          label="Link"
          secret={window.location.origin + shown.invitation.path}
          onClose={close}
        >
          <p>
            It works once, until {formatTimestamp(shown.invitation.expires_at, now)}. Creating a new link
            disables older ones.
          </p>
        </SecretDialog>
      )}
    </Section>
  );
}
