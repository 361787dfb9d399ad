import type { Dataset } from '@/api/types';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import type { RowFailure } from '../api/types';
import type { ChangeKind } from '../model/change-kind';
import { isSelfExplanatory, isUsedByOthers, reasonText } from '../model/reasons';
import { UsedBy } from './used-by';
import { VersionsTable } from './versions-table';

interface FailureTableProps {
  source: string;
  failures: readonly RowFailure[];
  /** What the change was to do. */
  kind: ChangeKind;
  /** The datasets that still use rows which were to be deleted. */
  users: readonly string[];
  /** Absent until it is known what its columns are. */
  dataset: Dataset | undefined;
  busy: boolean;
  onForce: ((row: RowFailure) => void) | undefined;
}

/** The rows that were left as they were, each with its reason. */
export function FailureTable({ failures, onForce, ...rest }: FailureTableProps) {
  return (
    <DataTable
      columns={[
        { label: rest.dataset?.key.join(', ') ?? 'Key', className: 'w-32 max-sm:w-20' },
        { label: 'Reason' },
      ]}
    >
      {failures.map((row) => (
        <FailureRow
          key={JSON.stringify(row.key)}
          row={row}
          {...rest}
          onForce={row.code === 'changed_since' ? onForce : undefined}
        />
      ))}
    </DataTable>
  );
}

interface FailureRowProps extends Omit<FailureTableProps, 'failures'> {
  row: RowFailure;
}

function FailureRow({ source, row, kind, users, dataset, busy, onForce }: FailureRowProps) {
  const { code, message, database, versions = [] } = row;
  const key = row.key.map(String).join(', ');
  return (
    <tr className="border-b border-line align-top [&>td]:py-2">
      <td className="truncate pr-3 font-mono text-xs leading-5" title={key}>
        {key}
      </td>
      <td className="break-words">
        {dataset && users.length > 0 && isUsedByOthers(code, kind) ? (
          <UsedBy {...{ source, dataset, users, keys: [row.key] }} />
        ) : (
          reasonText(code, kind, users)
        )}
        {!isSelfExplanatory(code) && <span className="block text-xs text-ink-soft">{message}</span>}
        {database !== undefined && (
          <span className="mt-1 block text-xs text-ink-soft">
            Database message: <span className="font-mono">{database}</span>
          </span>
        )}
        {versions.length > 0 && (
          <details className="mt-1.5">
            <summary
              aria-label={`Compare versions of ${key}`}
              className="w-fit rounded text-xs text-accent-text underline-offset-2 hover:underline pointer-coarse:py-2"
            >
              Compare versions
            </summary>
            <VersionsTable versions={versions} columns={dataset?.columns ?? []} />
          </details>
        )}
        {onForce && (
          <Button
            small
            className="mt-1.5"
            aria-label={`Undo anyway: ${key}`}
            disabled={busy}
            onClick={() => onForce(row)}
          >
            Undo anyway
          </Button>
        )}
      </td>
    </tr>
  );
}
