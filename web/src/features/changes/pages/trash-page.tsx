import { ArchiveRestore, SearchX, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Dataset, DatasetRef, Key } from '@/api/types';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { ListSkeleton } from '@/components/list-skeleton';
import { LoadMore } from '@/components/load-more';
import { Overlay, lazyComponent } from '@/components/lazy';
import { SearchBox } from '@/components/search-box';
import { SelectionFrame } from '@/components/selection-frame';
import { ExpiringRowsNotice } from '@/components/expiring-rows-notice';
import { useNow } from '@/hooks/use-runs';
import { useSelection } from '@/hooks/use-selection';
import { useShortcut } from '@/hooks/use-shortcut';
import { ALL_MATCHING, type SelectionBody, selectionBody } from '@/lib/selection';
import { showProblem } from '@/lib/toast';
import { plural } from '@/lib/format';
import { groupTrash } from '../model/change-labels';
import type { ChangeResponse } from '../api/types';
import { executeAtOnce, undoChange } from '../api/execute';
import type { ChangeKind } from '../model/change-kind';
import { ChangesProblem, PageFrame, useFreshChanges } from './page-frame';
import { reportOutcome } from '../model/report-outcome';
import { TrashGroup } from './trash-group';
import { TrashTable } from './trash-table';
import { useListSelection } from './use-list-selection';
import { useTrash } from './use-trash';

const PurgeDialog = lazyComponent(() => import('../dialogs/purge-dialog'));

interface TrashPageProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  search: string;
  onSearch: (search: string) => void;
}

/** The rows of a dataset that were deleted and can still be restored, by the change that deleted them where that is known. */
export default function TrashPage({ datasetRef, dataset, search, onSearch }: TrashPageProps) {
  const { trash, rows, columns, totals, looking } = useTrash(datasetRef, dataset, search);
  const now = useNow(false);
  const selection = useSelection(search);
  const groups = groupTrash(rows);
  const listed = groups.flatMap((group) => group.rows.map(({ key }) => key));
  const select = useListSelection(listed, selection);
  const [busy, setBusy] = useState(false);
  const [purged, setPurged] = useState<SelectionBody>();
  useFreshChanges(datasetRef);
  useShortcut('escape', selection.clear);

  const view = search === '' ? {} : { search };
  const mayPurge = dataset.permissions.includes('records.purge');
  const marked = rows.some((row) => row.change_set === undefined);
  // Rows that are marked are estimated where there are many.
  const matching =
    search === '' && totals ? { count: totals.rows, exact: !marked || totals.rows < 10_000 } : undefined;

  const act = async (kind: ChangeKind, steps: () => Promise<ChangeResponse>, then: () => void) => {
    setBusy(true);
    try {
      reportOutcome(datasetRef, kind, await steps());
      then();
    } catch (error) {
      showProblem(error);
      void trash.refetch();
    }
    setBusy(false);
  };
  const restore = () => {
    const request = {
      ref: datasetRef,
      action: 'restore',
      selection: selectionBody(selection.chosen, view),
    } as const;
    void act({ action: 'restore' }, () => executeAtOnce(request), selection.clear);
  };
  const restoreGroup = (id: string, keys: Key[]) =>
    void act(
      { action: 'undo', of: 'delete', undoes: id },
      () => undoChange(datasetRef, id),
      () => selection.set(keys, false),
    );

  return (
    <PageFrame
      datasetRef={datasetRef}
      label={dataset.label}
      title={`Trash of ${dataset.label}`}
      about={`Deleted rows are kept here${totals?.days === undefined ? '' : ` for ${plural(totals.days, 'day')}`} and can be restored.`}
      actions={
        <div className="flex items-center gap-2 max-md:w-full">
          <SearchBox label="Search trash" value={search} onChange={onSearch} />
          {mayPurge && (
            <Button
              look="danger"
              className="min-w-36 max-md:min-w-0"
              disabled={rows.length === 0 || trash.isPlaceholderData}
              onClick={() => setPurged(selectionBody(ALL_MATCHING, view))}
            >
              <Trash2 aria-hidden />
              {search === '' ? 'Empty trash…' : 'Delete found rows…'}
            </Button>
          )}
        </div>
      }
      footer={
        <SelectionFrame selection={selection} matching={matching} narrowed={search !== ''}>
          {mayPurge && (
            <Button
              look="danger"
              small
              disabled={busy}
              onClick={() => setPurged(selectionBody(selection.chosen, view))}
            >
              <Trash2 aria-hidden />
              Permanently delete…
            </Button>
          )}
          <Button look="primary" small disabled={busy} onClick={restore}>
            <ArchiveRestore aria-hidden />
            Restore
          </Button>
        </SelectionFrame>
      }
    >
      <ExpiringRowsNotice rows={totals?.soon ?? 0} />
      {trash.isError && (
        <ChangesProblem source={datasetRef.source} error={trash.error} onRetry={() => void trash.refetch()} />
      )}
      {looking && !trash.isError && rows.length === 0 && <ListSkeleton label="Loading trash" />}
      {trash.isSuccess && !looking && rows.length === 0 && <NothingThere search={search} />}
      <div aria-busy={trash.isFetching} className="grid gap-6">
        {groups.map(({ id, rows: own }) => {
          const shown = { rows: own, columns, selection, onSelect: select, now };
          return id === undefined ? (
            <TrashTable key="" title="shown" {...shown} />
          ) : (
            <TrashGroup
              key={id}
              busy={busy}
              onRestore={() =>
                restoreGroup(
                  id,
                  own.map(({ key }) => key),
                )
              }
              {...shown}
            />
          );
        })}
      </div>
      {rows.length > 0 && <LoadMore query={trash} label="More rows" />}
      <Overlay onFail={() => setPurged(undefined)}>
        {purged && (
          <PurgeDialog
            datasetRef={datasetRef}
            dataset={dataset}
            selection={purged}
            onDone={() => {
              setPurged(undefined);
              selection.clear();
            }}
            onClose={() => setPurged(undefined)}
          />
        )}
      </Overlay>
    </PageFrame>
  );
}

function NothingThere({ search }: { search: string }) {
  return search === '' ? (
    <EmptyNotice icon={<Trash2 />} title="The trash is empty">
      Deleted rows appear here.
    </EmptyNotice>
  ) : (
    <EmptyNotice icon={<SearchX />} title="No matches">
      No row in the trash contains “{search}”.
    </EmptyNotice>
  );
}
