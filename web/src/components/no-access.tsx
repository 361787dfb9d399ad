import { Lock } from 'lucide-react';
import { AppLink } from './app-link';
import { EmptyNotice } from './empty-notice';

/** The notice in place of a page that the user may not see. */
export function NoAccess() {
  return (
    <div className="flex-1 overflow-y-auto">
      <EmptyNotice page icon={<Lock />} title="You don’t have access to this page">
        <p>Ask an administrator for a role that allows it.</p>
        <AppLink href="/" className="text-accent-text underline underline-offset-3">
          All datasets
        </AppLink>
      </EmptyNotice>
    </div>
  );
}
