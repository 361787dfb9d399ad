import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, ScrollText, SearchX } from 'lucide-react';
import { useState } from 'react';
import { rolesQuery } from '@/api/access';
import { Button, buttonClass } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { ProblemNotice } from '@/components/problem-notice';
import { useMay } from '@/hooks/use-me';
import { useNames } from '@/hooks/use-names';
import { useNow } from '@/hooks/use-runs';
import { auditExportHref, type AuditEvent, fetchAudit } from './audit';
import { AuditFilters } from './audit-filters';
import { AuditTable } from './audit-table';
import { EventDialog } from './event-dialog';
import type { AuditWanted } from './wanted';

interface AuditPageProps {
  wanted: AuditWanted;
  onWanted: (wanted: AuditWanted, options?: { replace?: boolean }) => void;
}

/** Who did what, the latest first. */
export default function AuditPage({ wanted, onWanted }: AuditPageProps) {
  const [shown, setShown] = useState<AuditEvent>();
  const nameOf = useNames();
  const roles = useQuery({ ...rolesQuery, enabled: useMay('admin') }).data;
  const roleOf = (id: string) => roles?.find((role) => role.id === id)?.name;
  const now = useNow(false);
  const audit = useInfiniteQuery({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam, signal }) => fetchAudit(wanted, pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Looking back at the page after a while shows what came meanwhile.
    staleTime: 0,
  });
  const events = audit.data?.pages.flatMap((page) => page.events) ?? [];
  const narrowed = Object.keys(wanted).length > 0;
  const known = { nameOf, roleOf };

  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="min-h-0 flex-1 overflow-y-scroll" tabIndex={0} role="region" aria-label="Audit">
      <div className="mx-auto max-w-6xl px-4 py-6 sm:px-8 sm:py-8">
        <div className="mb-5 flex flex-wrap items-end gap-x-3 gap-y-3">
          <div className="mr-auto min-w-0">
            <h1 className="text-xl font-semibold">Audit</h1>
            <p className="mt-1 text-ink-soft">Who did what, and from where. Nobody can change it.</p>
          </div>
          <a href={auditExportHref(wanted)} download="audit.ndjson" className={buttonClass({})}>
            <Download aria-hidden />
            Export as NDJSON
          </a>
        </div>
        <AuditFilters wanted={wanted} events={events} onWanted={onWanted} />
        <div className="mt-5">
          {audit.isPending && <ListSkeleton />}
          {audit.isError && events.length === 0 && (
            <ProblemNotice error={audit.error} onRetry={() => void audit.refetch()} />
          )}
          {events.length > 0 && <AuditTable events={events} known={known} now={now} onOpen={setShown} />}
          {audit.isSuccess && events.length === 0 && (
            <EmptyNotice
              icon={narrowed ? <SearchX /> : <ScrollText />}
              title={narrowed ? 'Nothing of that kind' : 'Nothing yet'}
            >
              {narrowed && (
                <Button className="mt-1" onClick={() => onWanted({})}>
                  Show everything
                </Button>
              )}
            </EmptyNotice>
          )}
          {audit.hasNextPage && (
            <p className="mt-4 text-center">
              <Button disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
                {audit.isFetchingNextPage ? 'Loading…' : 'Older events'}
              </Button>
            </p>
          )}
          {audit.isError && events.length > 0 && <ProblemNotice compact error={audit.error} />}
        </div>
      </div>
      {shown && <EventDialog event={shown} known={known} onClose={() => setShown(undefined)} />}
    </div>
  );
}

function ListSkeleton() {
  return (
    <div aria-busy="true" role="status" aria-label="Loading the audit">
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="flex h-11 items-center justify-between border-b border-line">
          <div className="skeleton h-3.5" style={{ width: `${30 + ((index * 13) % 30)}%` }} />
          <div className="skeleton h-3.5 w-24" />
        </div>
      ))}
    </div>
  );
}
