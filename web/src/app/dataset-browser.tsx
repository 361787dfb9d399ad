import { useQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { datasetId, sourcesQuery } from '@/api/queries';
import type { Cell, Count, Dataset, DatasetRef, Key } from '@/api/types';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { Overlay, lazyComponent } from '@/components/lazy';
import { ProblemNotice } from '@/components/problem-notice';
import { RowCount } from '@/features/filters/row-count';
import { incompleteText } from '@/features/grid/model/incomplete-text';
import { DataGrid } from '@/features/grid/data-grid';
import type { RowReader } from '@/features/grid/grid-row';
import { useSelection } from '@/hooks/use-selection';
import { useLayout } from '@/features/grid/hooks/use-layout';
import { usePager } from '@/features/grid/hooks/use-pager';
import { fromView, referenceHref, toView } from '@/lib/address';
import { printFilter } from '@/lib/filter';
import type { ValueColumn } from '@/lib/values';
import { useColumns } from './columns';
import { DatasetHeader } from './dataset-header';
import { FilterBar } from './filter-bar';
import { SelectionActions } from './selection-actions';
import { useGeneration } from './use-generation';
import { useViewState } from './use-view-state';

const ExportDialog = lazyComponent(() => import('@/features/export/export-dialog'));
const RowPanel = lazyComponent(() => import('@/features/detail/row-panel'));

/** Up to so many columns are fetched whether shown or not, so that showing one needs no new request. */
const FETCH_ALL = 40;

interface DatasetBrowserProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
}

export function DatasetBrowser({ datasetRef, dataset }: DatasetBrowserProps) {
  const { history } = useRouter();
  const search = useSearch({ from: '/datasets/$source/$dataset' });
  const { state: view, row: openKey, change, openRow } = useViewState(datasetRef, search);
  const { generation, reload } = useGeneration(datasetRef);
  const [exporting, setExporting] = useState<'view' | 'selected'>();
  const [filtering, setFiltering] = useState<{ column: string | undefined }>();
  const layout = useLayout(datasetRef, dataset.key);

  const known = useColumns(datasetRef, dataset, view.columns ?? []);
  const allNames = useMemo(() => dataset.columns.map((column) => column.name), [dataset]);
  const shownNames = view.columns ?? allNames;
  const shownText = shownNames.join('\n');
  const columns = useMemo(
    () => shownText.split('\n').flatMap((name) => known.get(name) ?? []),
    [shownText, known],
  );
  const labelOf = useCallback((name: string) => known.get(name)?.label ?? name, [known]);

  const exportable = dataset.permissions.includes('records.export');
  const keyed = dataset.key.length > 0;
  const selectable = ['records.export', 'records.update', 'records.delete'].some((each) =>
    dataset.permissions.some((permission) => permission === each),
  );
  const fetched = useMemo(() => {
    const names = shownText.split('\n');
    const base =
      allNames.length <= FETCH_ALL
        ? allNames
        : [...new Set([...dataset.key, ...names.filter((name) => allNames.includes(name))])];
    return [...base, ...names.filter((name) => !allNames.includes(name))];
  }, [shownText, allNames, dataset.key]);
  const rowsView = useMemo(() => toView({ ...view, columns: fetched }), [view, fetched]);
  const { pager, state } = usePager(datasetRef, rowsView, fetched.length, keyed, generation);
  const reader = useReader(datasetRef, dataset, fetched);
  const keyOf = useCallback(
    (row: Cell[]): Key => dataset.key.map((name) => row[fetched.indexOf(name)] ?? null),
    [dataset.key, fetched],
  );

  const onCount = useCallback(
    (count: Count) => {
      if (keyed) pager.setCount(count.count, count.exact);
    },
    [pager, keyed],
  );
  const filterText = view.filter === undefined ? '' : printFilter(view.filter);
  const resetKey = JSON.stringify([filterText, view.sort, view.search]);
  const viewKey = JSON.stringify([filterText, view.search]);
  const selection = useSelection(viewKey);
  const narrowed = view.filter !== undefined || view.search !== '';
  const current = useMemo(() => toView(view), [view]);

  const onSort = (column: string, direction: 'up' | 'down' | 'none', add: boolean): void => {
    const entry = direction === 'none' ? [] : [{ column, ...(direction === 'down' && { descending: true }) }];
    if (!add) return change({ sort: entry });
    const at = view.sort.findIndex((each) => each.column === column);
    if (at < 0) return change({ sort: [...view.sort, ...entry] });
    change({ sort: view.sort.flatMap((each, index) => (index === at ? entry : [each])) });
  };
  const clear = () => change({ filter: undefined, search: '' });
  // All that match are the view itself, unless some are left out: the export knows no such thing.
  const { chosen } = selection;
  const exportsSelected = exportable && !(chosen.all && chosen.keys.size > 0);
  const exportSelected = () => setExporting(chosen.all || chosen.keys.size === 0 ? 'view' : 'selected');

  return (
    <div className="flex min-h-0 flex-1">
      <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
        <DatasetHeader
          datasetRef={datasetRef}
          dataset={dataset}
          view={current}
          columns={shownNames}
          count={
            <RowCount
              dataset={datasetRef}
              view={current}
              known={keyed && state.started ? { count: state.total, exact: state.exact } : undefined}
              onCount={onCount}
            />
          }
          onView={(next) => change(fromView(next))}
          onReload={reload}
        />
        <FilterBar
          datasetRef={datasetRef}
          dataset={dataset}
          view={view}
          columns={known}
          shownNames={shownNames}
          labelOf={labelOf}
          adding={filtering}
          onAdding={setFiltering}
          onChange={change}
          exportable={exportable}
          onExport={exportSelected}
        />
        {state.incomplete && (
          <p className="shrink-0 border-t border-line bg-warning-soft px-4 py-1.5 text-[13px] text-warning">
            {incompleteText(state.incomplete, dataset.kind)} Exports include all rows.
          </p>
        )}
        {state.error !== undefined && state.loaded && (
          <div className="flex shrink-0 items-center gap-2 px-4 pb-2">
            <div className="min-w-0 flex-1">
              <ProblemNotice compact error={state.error} />
            </div>
            <Button onClick={() => pager.retry()}>Try again</Button>
          </div>
        )}
        {state.error !== undefined && !state.loaded ? (
          <div className="min-h-0 flex-1 overflow-y-auto border-t border-line">
            <ProblemNotice error={state.error} onRetry={() => pager.retry()} />
            <p className="-mt-12 text-center">
              <Button look="ghost" onClick={() => change(fromView({}))}>
                Show all rows and columns
              </Button>
            </p>
          </div>
        ) : (
          <div className="flex min-h-0 flex-1 flex-col border-t border-line">
            <DataGrid
              label={dataset.label}
              columns={columns}
              layout={layout}
              pager={pager}
              state={state}
              reader={reader}
              keyed={keyed}
              keyOf={keyOf}
              sort={view.sort}
              selection={selection}
              openKey={openKey && JSON.stringify(openKey)}
              resetKey={resetKey}
              viewKey={viewKey}
              selectable={selectable}
              onOpen={openRow}
              onNavigate={(href) => history.push(href)}
              onSort={onSort}
              onFilter={(column) => setFiltering({ column })}
              onColumns={(names) => change({ columns: names })}
              isSortable={isSortable}
              empty={
                <EmptyNotice icon={<SearchX />} title={narrowed ? 'No rows match' : 'No rows yet'}>
                  {narrowed ? (
                    <Button className="mt-1" onClick={clear}>
                      Clear filter and search
                    </Button>
                  ) : (
                    `This ${dataset.kind} is empty.`
                  )}
                </EmptyNotice>
              }
            />
          </div>
        )}
        <SelectionActions
          datasetRef={datasetRef}
          dataset={dataset}
          selection={selection}
          view={current}
          matching={{ count: state.total, exact: state.exact }}
          onExport={exportsSelected ? exportSelected : undefined}
        />
      </div>
      <Overlay onFail={() => openRow(undefined)}>
        {openKey && keyed && openKey.length === dataset.key.length && (
          <RowPanel
            key={JSON.stringify(openKey)}
            datasetRef={datasetRef}
            dataset={dataset}
            rowKey={openKey}
            onClose={() => openRow(undefined)}
          />
        )}
      </Overlay>
      <Overlay onFail={() => setExporting(undefined)}>
        {exporting && (
          <ExportDialog
            datasetRef={datasetRef}
            dataset={dataset}
            view={current}
            columns={shownNames}
            labelOf={labelOf}
            keys={chosen.all ? [] : [...chosen.keys.values()]}
            startScope={exporting}
            onClose={() => setExporting(undefined)}
          />
        )}
      </Overlay>
    </div>
  );
}

function isSortable(column: ValueColumn): boolean {
  return column.masked !== true && !['json', 'array', 'other', 'interval'].includes(column.type.kind);
}

/** Finds a row's values by column, and where its foreign keys lead. */
function useReader(ref: DatasetRef, dataset: Dataset, fetched: readonly string[]): RowReader {
  const { source } = ref;
  const siblings = useQuery(sourcesQuery).data?.find((each) => each.name === source)?.datasets;
  return useMemo(() => {
    const masked = new Set(dataset.columns.filter((column) => column.masked).map(({ name }) => name));
    const indexes = new Map(fetched.map((name, index) => [name, index]));
    const value = (row: Cell[], column: string) => row[indexes.get(column) ?? -1] ?? null;
    const references = new Map(
      dataset.foreign_keys
        .filter((key) => key.columns.every((column) => indexes.has(column) && !masked.has(column)))
        .flatMap((key) => key.columns.map((column) => [column, key] as const)),
    );
    const href = (row: Cell[], column: string) => {
      const key = references.get(column);
      if (!key) return undefined;
      const values = key.columns.map((each) => value(row, each));
      if (values.includes(null)) return undefined;
      const target = datasetId(key.references);
      const targetKey = siblings?.find((each) => each.name === target)?.key;
      return referenceHref({ source, dataset: target }, key.referenced_columns, values, targetKey);
    };
    return { value, href };
  }, [source, dataset, fetched, siblings]);
}
