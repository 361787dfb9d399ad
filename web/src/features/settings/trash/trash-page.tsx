import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';
import { AppLink } from '@/components/app-link';
import { DataTable } from '@/components/data-table';
import { EmptyNotice } from '@/components/empty-notice';
import { ExpiringRowsNotice } from '@/components/expiring-rows-notice';
import { datasetHref } from '@/lib/address';
import { SOON } from '@/lib/dates';
import { formatCount, plural } from '@/lib/format';
import { QueryContent, Section } from '../section';

type Overview = components['schemas']['TrashOverview'];

const COLUMNS = [
  { label: 'Dataset' },
  { label: 'Rows', className: 'w-24 text-right' },
  { label: `Expire within ${SOON} days`, className: 'w-44 text-right max-sm:w-28' },
];

/** How much is in the trash of which dataset. */
export default function TrashPage() {
  const overview = useQuery({
    queryKey: ['trash'],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/trash', { signal })),
  });
  const duration = overview.data ? plural(overview.data.days, 'day') : 'some time';
  return (
    <Section
      title="Trash"
      about={`Deleted rows can be restored for ${duration}, and are then permanently deleted. Each dataset has its own trash.`}
    >
      <QueryContent query={overview} label="trash">
        {({ datasets }) =>
          datasets.length === 0 ? (
            <EmptyNotice icon={<Trash2 />} title="The trash is empty">
              Deleted rows appear here.
            </EmptyNotice>
          ) : (
            <>
              <ExpiringRowsNotice rows={datasets.reduce((sum, { soon }) => sum + soon, 0)} />
              <Datasets datasets={datasets} />
            </>
          )
        }
      </QueryContent>
    </Section>
  );
}

function Datasets({ datasets }: Pick<Overview, 'datasets'>) {
  const several = new Set(datasets.map(({ source }) => source)).size > 1;
  return (
    <DataTable columns={COLUMNS}>
      {datasets.map(({ source, dataset, label, rows, soon }) => (
        <tr key={`${source}/${dataset}`} className="h-11 border-b border-line">
          <td className="truncate pr-3">
            <AppLink
              href={`${datasetHref({ source, dataset })}/trash`}
              className="font-medium underline decoration-dotted underline-offset-2 hover:decoration-solid"
            >
              {label}
            </AppLink>
            {several && <span className="ml-2 text-xs text-ink-soft">{source}</span>}
          </td>
          <td className="text-right tabular-nums">{formatCount(rows)}</td>
          <td className="text-right tabular-nums">
            {soon > 0 ? (
              <span className="font-medium text-warning">{formatCount(soon)}</span>
            ) : (
              <span className="text-ink-soft">None</span>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
