import { useInfiniteQuery } from '@tanstack/react-query';
import { ArchiveRestore, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Dataset, DatasetRef, Key } from '@/api/types';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { useNow } from '@/hooks/use-runs';
import { mainColumns } from '@/lib/main-columns';
import { sayProblem } from '@/lib/toast';
import { plural } from '@/lib/words';
import { groupTrash } from './change-words';
import { takeBack, trashQuery } from './changes';
import type { Deed } from './deeds';
import { ChangesProblem, ListSkeleton, PageFrame, useFreshChanges } from './page-frame';
import { isStarted } from './changes';
import { settle } from './settle';
import { TrashGroupTable } from './trash-group';

interface TrashPageProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
}

/** So many values are shown of each row, beside its key. */
const SHOWN = 3;

/** The rows of a dataset that were deleted and can still be restored, by the change that deleted them. */
export default function TrashPage({ datasetRef, dataset }: TrashPageProps) {
  const trash = useInfiniteQuery(trashQuery(datasetRef));
  const rows = trash.data?.pages.flatMap((page) => page.rows) ?? [];
  const columns = trash.data?.pages[0]?.columns ?? [];
  const groups = groupTrash(rows);
  const now = useNow(false);
  /** The keys that are selected, by change set. */
  const [selected, setSelected] = useState<ReadonlyMap<string, ReadonlyMap<string, Key>>>(new Map());
  const [busy, setBusy] = useState(false);
  useFreshChanges(datasetRef);

  const names = mainColumns(dataset, SHOWN + dataset.key.length)
    .filter((name) => !dataset.key.includes(name))
    .slice(0, SHOWN);
  const shown = [...dataset.key, ...names].flatMap((name) => {
    const column = dataset.columns.find((each) => each.name === name);
    const place = columns.indexOf(name);
    return column && place >= 0 ? [{ column, place }] : [];
  });
  // What was restored meanwhile is not selected any more.
  const chosen = groups
    .map(({ id, rows: own }) => ({
      id,
      keys: own.map(({ key }) => key).filter((key) => selected.get(id)?.has(JSON.stringify(key)) === true),
    }))
    .filter(({ keys }) => keys.length > 0);
  const count = chosen.reduce((sum, { keys }) => sum + keys.length, 0);

  const select = (id: string, keys: readonly Key[], on: boolean) => {
    const next = new Map(selected.get(id));
    for (const key of keys) {
      if (on) next.set(JSON.stringify(key), key);
      else next.delete(JSON.stringify(key));
    }
    setSelected(new Map([...selected, [id, next]]));
  };

  const restore = async (wanted: readonly { id: string; keys: Key[] | undefined }[]) => {
    setBusy(true);
    try {
      for (const { id, keys } of wanted) {
        const deed: Deed = { kind: 'undo', of: 'delete', undoes: id };
        const answer = await takeBack(datasetRef, id, { keys });
        settle(datasetRef, deed, answer);
        // A run tells of its end by itself.
        if (!isStarted(answer)) setSelected((before) => new Map([...before].filter(([each]) => each !== id)));
      }
    } catch (error) {
      sayProblem(error);
    }
    setBusy(false);
    void trash.refetch();
  };

  return (
    <PageFrame
      datasetRef={datasetRef}
      label={dataset.label}
      title={`Trash of ${dataset.label}`}
      about="Deleted rows are kept here for a while, as they were, and can be put back in their place."
      footer={
        count > 0 && (
          <div
            role="region"
            aria-label="Selection"
            className="action-bar flex shrink-0 items-center gap-2 border-t border-line bg-raised px-4 py-2 pb-[max(8px,env(safe-area-inset-bottom))] sm:px-8"
          >
            <p aria-live="polite" className="mr-auto text-[13px] font-medium">
              {plural(count, 'row')} selected
            </p>
            <Button look="ghost" small onClick={() => setSelected(new Map())}>
              Clear
            </Button>
            <Button look="primary" small disabled={busy} onClick={() => void restore(chosen)}>
              <ArchiveRestore aria-hidden />
              Restore {plural(count, 'row')}
            </Button>
          </div>
        )
      }
    >
      {trash.isPending && <ListSkeleton label="Loading the trash" />}
      {trash.isError && (
        <ChangesProblem source={datasetRef.source} error={trash.error} onRetry={() => void trash.refetch()} />
      )}
      {trash.isSuccess && rows.length === 0 && (
        <EmptyNotice icon={<Trash2 />} title="The trash is empty">
          Rows that are deleted through Rowport come here.
        </EmptyNotice>
      )}
      <div className="grid gap-6">
        {groups.map((group) => (
          <TrashGroupTable
            key={group.id}
            group={group}
            columns={shown}
            now={now}
            busy={busy}
            selected={selected.get(group.id)}
            onSelect={(keys, on) => select(group.id, keys, on)}
            onRestore={() => void restore([{ id: group.id, keys: undefined }])}
          />
        ))}
      </div>
      {trash.hasNextPage && (
        <p className="mt-4 text-center">
          <Button disabled={trash.isFetchingNextPage} onClick={() => void trash.fetchNextPage()}>
            {trash.isFetchingNextPage ? 'Loading…' : 'More rows'}
          </Button>
        </p>
      )}
    </PageFrame>
  );
}
