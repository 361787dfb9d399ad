import type { Dataset } from '@/api/types';
import { Button } from '@/components/button';
import type { RowFailure } from './changes';
import { VersionsTable } from './versions-table';

const CODE_WORDS: Record<string, string> = {
  foreign_key: 'Referred to by others, or refers to nothing',
  unique: 'A unique value is taken',
  check: 'A rule of the database forbids it',
  not_null: 'A value is missing',
  gone: 'Not there any more',
  changed_since: 'Changed since',
  key_taken: 'Its key is taken again',
  left_out: 'Left as it is',
};

export const codeWords = (code: string) => CODE_WORDS[code] ?? code.replaceAll('_', ' ');

interface FailureTableProps {
  failures: readonly RowFailure[];
  /** Absent until it is known what its columns are. */
  dataset: Dataset | undefined;
  busy: boolean;
  onForce: ((row: RowFailure) => void) | undefined;
}

/** The rows that were left as they were, each with its reason. */
export function FailureTable({ failures, dataset, busy, onForce }: FailureTableProps) {
  return (
    <table className="w-full table-fixed text-left text-[13px]">
      <thead className="border-b border-line text-xs text-ink-soft [&_th]:font-medium">
        <tr className="h-8">
          <th scope="col" className="w-32 max-sm:w-20">
            {dataset?.key.join(', ') ?? 'Key'}
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {failures.map((row) => (
          <FailureRow
            key={JSON.stringify(row.key)}
            row={row}
            dataset={dataset}
            busy={busy}
            onForce={row.code === 'changed_since' ? onForce : undefined}
          />
        ))}
      </tbody>
    </table>
  );
}

interface FailureRowProps extends Omit<FailureTableProps, 'failures'> {
  row: RowFailure;
}

function FailureRow({ row, dataset, busy, onForce }: FailureRowProps) {
  const { code, message, database, versions = [] } = row;
  const key = row.key.map(String).join(', ');
  return (
    <tr className="border-b border-line align-top [&>td]:py-2">
      <td className="truncate pr-3 font-mono text-xs leading-5" title={key}>
        {key}
      </td>
      <td className="break-words">
        {codeWords(code)}
        <span className="block text-xs text-ink-soft">{message}</span>
        {database !== undefined && (
          <span className="mt-1 block text-xs text-ink-soft">
            The database said: <span className="font-mono">{database}</span>
          </span>
        )}
        {versions.length > 0 && (
          <details className="mt-1.5">
            <summary
              aria-label={`Both versions of ${key}`}
              className="w-fit rounded text-xs text-accent-text underline-offset-2 hover:underline pointer-coarse:py-2"
            >
              Both versions
            </summary>
            <VersionsTable versions={versions} columns={dataset?.columns ?? []} />
          </details>
        )}
        {onForce && (
          <Button
            small
            className="mt-1.5"
            aria-label={`Put back anyway: ${key}`}
            disabled={busy}
            onClick={() => onForce(row)}
          >
            Put back anyway
          </Button>
        )}
      </td>
    </tr>
  );
}
