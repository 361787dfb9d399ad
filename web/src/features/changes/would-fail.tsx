import { TriangleAlert } from 'lucide-react';
import { plural } from '@/lib/words';
import { type Preview } from './changes';
import { type Deed, past } from './deeds';
import { codeWords } from './failure-table';
import { byReason } from './reasons';

interface WouldFailProps {
  preview: Preview;
  deed: Deed;
  allOrNothing: boolean;
}

/** Which of the rows the database would not take, as far as it was tried. */
export function WouldFail({ preview, deed, allOrNothing }: WouldFailProps) {
  const { would_fail: count, failures } = preview;
  if (count === undefined)
    return (
      <p className="text-ink-soft">
        They were not tried beforehand: those that cannot be {past(deed)} are listed afterwards.
      </p>
    );
  if (count === 0) return null;
  return (
    <div className="flex gap-2 rounded-lg bg-warning-soft px-3 py-2.5 text-warning">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">
          {plural(count, 'row')} cannot be {past(deed)}
          {allOrNothing ? ', so that nothing is done.' : ' and would stay as they are.'}
        </p>
        <Reasons failures={failures} count={count} />
      </div>
    </div>
  );
}

/** Which of the rows an undo could not put back as they are, as far as it was tried. */
export function NotUndoable({ preview }: { preview: Preview }) {
  const { cannot_be_undone: count = 0, not_undoable: failures = [] } = preview;
  if (count === 0) return null;
  return (
    <div className="flex gap-2 rounded-lg bg-warning-soft px-3 py-2.5 text-warning">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{plural(count, 'row')} could not be put back as they are: no undo for them.</p>
        <Reasons failures={failures} count={count} />
      </div>
    </div>
  );
}

function Reasons({ failures, count }: { failures: Preview['failures']; count: number }) {
  return (
    <ul className="mt-1 grid gap-0.5">
      {byReason(failures, count).map(({ code, keys, more }) => (
        <li key={code}>
          {codeWords(code)}: <span className="font-mono text-xs break-words">{keys.join(', ')}</span>
          {more && ' …'}
        </li>
      ))}
    </ul>
  );
}
