import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, ScrollText, SearchX } from 'lucide-react';
import { useState } from 'react';
import { rolesQuery } from '@/api/access';
import { Button, buttonClass } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { ListSkeleton } from '@/components/list-skeleton';
import { LoadMore } from '@/components/load-more';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { usePermission } from '@/hooks/use-current-user';
import { useNames } from '@/hooks/use-names';
import { useNow } from '@/hooks/use-runs';
import { auditExportHref, type AuditEvent, fetchAudit } from './audit';
import { AuditFilterBar } from './audit-filter-bar';
import { AuditTable } from './audit-table';
import { EventDialog } from './event-dialog';
import type { AuditFilters } from './filters';

interface AuditPageProps {
  filters: AuditFilters;
  onFilters: (filters: AuditFilters, options?: { replace?: boolean }) => void;
}

/** Who did what, the latest first. */
export default function AuditPage({ filters, onFilters }: AuditPageProps) {
  const [shown, setShown] = useState<AuditEvent>();
  const nameOf = useNames();
  const roles = useQuery({ ...rolesQuery, enabled: usePermission('admin') }).data;
  const roleOf = (id: string) => roles?.find((role) => role.id === id)?.name;
  const now = useNow(false);
  const audit = useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: ({ pageParam, signal }) => fetchAudit(filters, pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Looking back at the page after a while shows what came meanwhile.
    staleTime: 0,
  });
  const events = audit.data?.pages.flatMap((page) => page.events) ?? [];
  const narrowed = Object.keys(filters).length > 0;
  const known = { nameOf, roleOf };

  return (
    <Page
      title="Audit"
      about="A tamper-evident log of all actions."
      actions={
        <a href={auditExportHref(filters)} download="audit.ndjson" className={buttonClass({})}>
          <Download aria-hidden />
          Export as NDJSON
        </a>
      }
    >
      <AuditFilterBar filters={filters} events={events} onFilters={onFilters} />
      <div className="mt-5">
        {audit.isPending && <ListSkeleton rows={12} label="Loading the audit log" />}
        {audit.isError && events.length === 0 && (
          <ProblemNotice error={audit.error} onRetry={() => void audit.refetch()} />
        )}
        {events.length > 0 && <AuditTable events={events} known={known} now={now} onOpen={setShown} />}
        {audit.isSuccess && events.length === 0 && (
          <EmptyNotice
            icon={narrowed ? <SearchX /> : <ScrollText />}
            title={narrowed ? 'No matching events' : 'No events yet'}
          >
            {narrowed && (
              <Button className="mt-1" onClick={() => onFilters({})}>
                Clear filters
              </Button>
            )}
          </EmptyNotice>
        )}
        <LoadMore query={audit} label="Older events" />
        {audit.isError && events.length > 0 && <ProblemNotice compact error={audit.error} />}
      </div>
      {shown && <EventDialog event={shown} known={known} onClose={() => setShown(undefined)} />}
    </Page>
  );
}
