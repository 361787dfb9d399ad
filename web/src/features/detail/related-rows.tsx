import { useQuery } from '@tanstack/react-query';
import { ArrowRight, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { countQuery, datasetId, datasetQuery, firstRowsQuery } from '@/api/queries';
import type { Cell, Dataset, DatasetRef, ForeignKey, Key, Reference, Rows } from '@/api/types';
import { AppLink } from '@/components/app-link';
import { CellValue } from '@/components/cell-value';
import { ProblemNotice } from '@/components/problem-notice';
import { datasetHref } from '@/lib/address';
import { keyFilter, printFilter } from '@/lib/filter';
import { mainColumns } from '@/lib/main-columns';
import { formatEstimate, formatCount } from '@/lib/format';

interface RelatedRowsProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  values: ReadonlyMap<string, Cell>;
}

/** The rows that this one refers to, and those that refer to it. */
export function RelatedRows({ datasetRef, dataset, values }: RelatedRowsProps) {
  const pick = (columns: readonly string[]): Key => columns.map((name) => values.get(name) ?? null);
  // A mask is no value: no row can be found by it.
  const masked = new Set(dataset.columns.filter((column) => column.masked).map(({ name }) => name));
  const outgoing = dataset.foreign_keys.filter(
    (key) => !pick(key.columns).includes(null) && !key.columns.some((name) => masked.has(name)),
  );
  const incoming = dataset.referring.filter(
    ({ foreign_key: { referenced_columns: columns } }) =>
      !pick(columns).includes(null) && !columns.some((name) => masked.has(name)),
  );
  if (outgoing.length + incoming.length === 0) return null;
  return (
    <section aria-label="Related rows" className="border-t border-line px-4 py-4">
      <h3 className="mb-2 text-[13px] font-semibold">Related rows</h3>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        {outgoing.map((key) => (
          <Parent
            key={key.columns.join()}
            source={datasetRef.source}
            foreignKey={key}
            values={pick(key.columns)}
          />
        ))}
        {incoming.map((reference) => (
          <Children
            key={`${reference.dataset}.${reference.foreign_key.columns.join()}`}
            source={datasetRef.source}
            reference={reference}
            values={pick(reference.foreign_key.referenced_columns)}
          />
        ))}
      </div>
    </section>
  );
}

const CARD = 'rounded-lg border border-line';

function Parent({ source, foreignKey, values }: { source: string; foreignKey: ForeignKey; values: Key }) {
  const ref = { source, dataset: datasetId(foreignKey.references) };
  const filter = keyFilter(foreignKey.referenced_columns, values);
  const parent = useQuery(datasetQuery(ref));
  const rows = useQuery(firstRowsQuery(ref, filter, 1));
  const row = rows.data?.rows[0];
  const names = rows.data?.columns.map((column) => column.name) ?? [];
  const key =
    parent.data && row && parent.data.key.length > 0
      ? parent.data.key.map((name) => row[names.indexOf(name)] ?? null)
      : undefined;
  const href = datasetHref(ref, { filter: printFilter(filter), ...(key && { row: JSON.stringify(key) }) });
  return (
    <div className={CARD}>
      <AppLink
        href={href}
        className="flex min-h-9 items-center gap-2 rounded-lg px-3 py-1.5 text-[13px] hover:bg-hover"
      >
        <span className="font-medium">{parent.data?.label ?? ref.dataset}</span>
        <span className="truncate text-ink-faint">by {foreignKey.columns.join(', ')}</span>
        <ArrowRight aria-hidden className="ml-auto size-4 shrink-0 text-ink-faint" />
      </AppLink>
      {(rows.isError || parent.isError) && <ProblemNotice compact error={rows.error ?? parent.error} />}
      {rows.data && !row && <p className="px-3 pb-2 text-[13px] text-ink-soft">Row not found.</p>}
      {parent.data && row && rows.data && (
        <MainFields dataset={parent.data} rows={rows.data} row={row} count={4} />
      )}
    </div>
  );
}

function MainFields({
  dataset,
  rows,
  row,
  count,
}: {
  dataset: Dataset;
  rows: Rows;
  row: Cell[];
  count: number;
}) {
  return (
    <dl className="grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-3 gap-y-0.5 px-3 pb-2.5 text-[13px]">
      {mainColumns(dataset, count).map((name) => {
        const column = dataset.columns.find((each) => each.name === name);
        const index = rows.columns.findIndex((each) => each.name === name);
        return (
          column && (
            <div key={name} className="contents">
              <dt className="truncate text-ink-soft">{column.label}</dt>
              <dd className="truncate">
                <CellValue value={row[index] ?? null} column={column} />
              </dd>
            </div>
          )
        );
      })}
    </dl>
  );
}

function Children({ source, reference, values }: { source: string; reference: Reference; values: Key }) {
  const [open, setOpen] = useState(false);
  const ref = { source, dataset: reference.dataset };
  const { columns } = reference.foreign_key;
  const filter = keyFilter(columns, values);
  const count = useQuery(countQuery(ref, { filter }, 'quick'));
  const child = useQuery({ ...datasetQuery(ref), enabled: open });
  const rows = useQuery({ ...firstRowsQuery(ref, filter, 5), enabled: open });
  const href = datasetHref(ref, { filter: printFilter(filter) });
  return (
    <div className={CARD}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-9 w-full items-center gap-2 rounded-lg px-3 py-1.5 text-left text-[13px] hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={open ? 'size-4 shrink-0 rotate-90 text-ink-faint' : 'size-4 shrink-0 text-ink-faint'}
        />
        <span className="font-medium">{reference.label}</span>
        <span className="truncate text-ink-faint">by {columns.join(', ')}</span>
        <span className="ml-auto tabular-nums">
          {count.data
            ? count.data.exact
              ? formatCount(count.data.count)
              : `≈ ${formatEstimate(count.data.count)}`
            : count.isError
              ? '–'
              : '…'}
        </span>
      </button>
      {open && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-1 pb-2">
          {(rows.isError || child.isError) && <ProblemNotice compact error={rows.error ?? child.error} />}
          {child.data &&
            rows.data?.rows.map((row, index) => (
              <ChildRow
                key={index}
                child={child.data}
                childRef={ref}
                rows={rows.data}
                row={row}
                skip={columns}
              />
            ))}
          {rows.data?.rows.length === 0 && <p className="px-3 text-[13px] text-ink-soft">None.</p>}
          {(rows.data?.rows.length ?? 0) > 0 && (
            <AppLink
              href={href}
              className="mx-3 mt-1 text-[13px] text-accent-text underline underline-offset-3"
            >
              Show all in {reference.label}
            </AppLink>
          )}
        </div>
      )}
    </div>
  );
}

interface ChildRowProps {
  child: Dataset;
  childRef: DatasetRef;
  rows: Rows;
  row: Cell[];
  skip: readonly string[];
}

function ChildRow({ child, childRef, rows, row, skip }: ChildRowProps) {
  const at = (name: string) => row[rows.columns.findIndex((each) => each.name === name)] ?? null;
  const main = mainColumns(child, 3 + skip.length)
    .filter((name) => !skip.includes(name))
    .slice(0, 3);
  const cells = main.map((name) => {
    const column = child.columns.find((each) => each.name === name);
    return column && <CellValue key={name} value={at(name)} column={column} />;
  });
  const line = (
    <span className="flex min-w-0 gap-3 [&>*]:min-w-0 [&>*]:truncate [&>*:first-child]:shrink-0 [&>*:first-child]:max-w-[65%]">
      {cells.map((cell, index) => (
        <span key={index}>{cell}</span>
      ))}
    </span>
  );
  if (child.key.length === 0) return <div className="px-3 py-1 text-[13px]">{line}</div>;
  return (
    <AppLink
      href={datasetHref(childRef, {
        row: JSON.stringify(child.key.map(at)),
        filter: printFilter(keyFilter(skip, skip.map(at))),
      })}
      className="block px-3 py-1 text-[13px] hover:bg-hover"
    >
      {line}
    </AppLink>
  );
}
