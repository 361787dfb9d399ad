import { Compass } from 'lucide-react';
import { AppLink } from '@/components/app-link';
import { EmptyNotice } from '@/components/empty-notice';

export function NotFound() {
  return (
    <div className="flex-1 overflow-y-auto">
      <EmptyNotice page icon={<Compass />} title="Page not found">
        <AppLink href="/" className="text-accent-text underline underline-offset-3">
          All datasets
        </AppLink>
      </EmptyNotice>
    </div>
  );
}
