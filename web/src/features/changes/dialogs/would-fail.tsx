import { TriangleAlert } from 'lucide-react';
import type { Dataset, Key } from '@/api/types';
import { plural } from '@/lib/format';
import type { Preview } from '../api/types';
import { type ChangeKind, pastTense } from '../model/change-kind';
import { byReason, isUsedByOthers, reasonText, referringDatasets } from '../model/reasons';
import { UsedBy } from './used-by';

interface WouldFailProps {
  source: string;
  dataset: Dataset;
  preview: Preview;
  kind: ChangeKind;
  /** How many rows will be changed. */
  changed: number;
}

/** The rows that the database would reject, as far as it was tried. */
export function WouldFail({ source, dataset, preview, kind, changed }: WouldFailProps) {
  const { would_fail: count, failures } = preview;
  if (count === undefined)
    return (
      <p className="text-ink-soft">
        Not checked in advance: rows that can’t be {pastTense(kind)} will be listed afterwards.
      </p>
    );
  if (count === 0) return null;
  const users = referringDatasets(failures, dataset.referring);
  return (
    <div className="flex gap-2 rounded-lg bg-warning-soft px-3 py-2.5 text-warning">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">
          {plural(count, 'row')} can’t be {pastTense(kind)}
          {changed === 0 ? '.' : ' and will be skipped.'}
        </p>
        <Reasons {...{ source, dataset, failures, count, kind, users }} />
      </div>
    </div>
  );
}

/** The rows that an undo could not restore as they are, as far as it was tried. */
export function NotUndoable({ source, dataset, preview, kind }: Omit<WouldFailProps, 'changed'>) {
  const { cannot_be_undone: count = 0, not_undoable: failures = [] } = preview;
  if (count === 0) return null;
  return (
    <div className="flex gap-2 rounded-lg bg-warning-soft px-3 py-2.5 text-warning">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">
          No undo for {plural(count, 'row')}, which can’t be restored as {count === 1 ? 'it is' : 'they are'}.
        </p>
        <Reasons
          source={source}
          dataset={dataset}
          failures={failures}
          count={count}
          kind={{ action: 'undo', of: kind.action, undoes: '' }}
          users={[]}
        />
      </div>
    </div>
  );
}

interface ReasonsProps {
  source: string;
  dataset: Dataset;
  failures: Preview['failures'];
  count: number;
  kind: ChangeKind;
  users: readonly string[];
}

function Reasons({ source, dataset, failures, count, kind, users }: ReasonsProps) {
  return (
    <ul className="mt-1 grid gap-0.5">
      {byReason(failures, count).map(({ code, keys, more }) => (
        <li key={code}>
          {isUsedByOthers(code, kind) && users.length > 0 ? (
            <UsedBy {...{ source, dataset, users, keys: keysOf(failures, code) }} />
          ) : (
            reasonText(code, kind, users)
          )}
          : <span className="font-mono text-xs break-words">{keys.join(', ')}</span>
          {more && ' …'}
        </li>
      ))}
    </ul>
  );
}

function keysOf(failures: Preview['failures'], code: string): Key[] {
  return failures.filter((each) => each.code === code).map(({ key }) => key as unknown as Key);
}
