import { Copy, KeyRound, Lock } from 'lucide-react';
import type { Cell, Column, Dataset } from '@/api/types';
import { Button } from '@/components/button';
import { CellValue } from '@/components/cell-value';
import { copy } from '@/lib/clipboard';
import { asLink, copyText, prettyJson, typeLabel } from '@/lib/values';

interface RowFieldsProps {
  dataset: Dataset;
  values: ReadonlyMap<string, Cell>;
  truncated: ReadonlySet<string>;
}

export function RowFields({ dataset, values, truncated }: RowFieldsProps) {
  return (
    <dl className="px-4 py-2">
      {dataset.columns.map((column) => {
        const value = values.get(column.name) ?? null;
        return (
          <div key={column.name} className="group relative border-b border-line py-2 pr-10 last:border-0">
            <dt className="flex h-5 items-center gap-1.5 text-xs text-ink-soft">
              {dataset.key.includes(column.name) && (
                <KeyRound aria-label="Key" role="img" className="size-3" />
              )}
              {column.masked && <Lock aria-label="Masked" role="img" className="size-3" />}
              <span className="font-medium">{column.label}</span>
              <span className="truncate text-ink-faint">{typeLabel(column)}</span>
            </dt>
            <dd className="min-w-0 pt-0.5">
              <FullValue column={column} value={value} />
              {truncated.has(column.name) && (
                <p className="mt-1 text-xs text-ink-faint">
                  Shortened to 2,000 characters. Exports include the full value.
                </p>
              )}
              {value !== null && !column.masked && (
                <Button
                  small
                  look="ghost"
                  icon
                  aria-label={`Copy ${column.label}`}
                  className="absolute top-2 right-0 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
                  onClick={() => void copy(copyText(value), column.label)}
                >
                  <Copy aria-hidden />
                </Button>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function FullValue({ column, value }: { column: Column; value: Cell }) {
  if (
    typeof value === 'string' &&
    value !== '' &&
    !column.masked &&
    (column.type.kind === 'json' || column.type.kind === 'array')
  ) {
    return (
      <pre className="max-h-80 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs whitespace-pre-wrap break-words">
        {prettyJson(value)}
      </pre>
    );
  }
  const long =
    typeof value === 'string' &&
    value !== '' &&
    !column.masked &&
    asLink(value) === undefined &&
    (column.type.kind === 'text' || column.type.kind === 'other');
  if (long) return <p className="break-words whitespace-pre-wrap">{value}</p>;
  return (
    <div className="break-words [overflow-wrap:anywhere]">
      <CellValue value={value} column={column} />
    </div>
  );
}
