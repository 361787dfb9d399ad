import { Lock } from 'lucide-react';
import { AppLink } from './app-link';
import { EmptyNotice } from './empty-notice';

/** Instead of a page that is not for whoever looks. */
export function NoAccess() {
  return (
    <div className="flex-1 overflow-y-auto">
      <EmptyNotice page icon={<Lock />} title="This page is not for you">
        <p>An administrator can give you a role that allows it.</p>
        <AppLink href="/" className="text-accent-text underline underline-offset-3">
          All datasets
        </AppLink>
      </EmptyNotice>
    </div>
  );
}
