import type { ExportFormat, ExportOptions } from '@/api/types';
import { CheckField } from '@/components/checkbox';
import { Field, Select, TextInput } from '@/components/field';
import { fits } from './request';

interface FormatOptionsProps {
  format: ExportFormat;
  options: ExportOptions;
  columns: readonly { name: string; label: string }[];
  onChange: (options: ExportOptions) => void;
}

const DELIMITERS = [
  { value: ',', label: 'Comma ,' },
  { value: ';', label: 'Semicolon ;' },
  { value: '|', label: 'Pipe |' },
  { value: '\t', label: 'Tab' },
] as const;

const HEADERS = [
  { value: 'names', label: 'Column names' },
  { value: 'labels', label: 'Labels' },
  { value: 'none', label: 'No header' },
] as const;

const DATES = [
  { value: 'iso', label: '2026-01-31' },
  { value: 'dotted', label: '31.01.2026' },
  { value: 'day_first', label: '31/01/2026' },
  { value: 'month_first', label: '01/31/2026' },
] as const;

const DECIMALS = [
  { value: 'point', label: '12.5' },
  { value: 'comma', label: '12,5' },
] as const;

const COMPRESSIONS = [
  { value: 'none', label: 'None' },
  { value: 'gzip', label: 'gzip (.gz)' },
  { value: 'zstd', label: 'Zstandard (.zst)' },
] as const;

/** The options that the chosen format has; others are not shown. */
export function FormatOptions({ format, options, columns, onChange }: FormatOptionsProps) {
  const set = (change: ExportOptions) => onChange({ ...options, ...change });
  const without = (name: keyof ExportOptions) =>
    onChange(Object.fromEntries(Object.entries(options).filter(([each]) => each !== name)));
  const shows = (name: keyof ExportOptions) => fits(format, name);
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        {shows('header') && (
          <Field label="Header">
            <Select
              value={options.header ?? 'names'}
              options={HEADERS}
              onChange={(header) => set({ header })}
            />
          </Field>
        )}
        {shows('delimiter') && (
          <Field label="Delimiter">
            <Select
              value={DELIMITERS.find((each) => each.value === options.delimiter)?.value ?? ','}
              options={DELIMITERS}
              onChange={(delimiter) => set({ delimiter })}
            />
          </Field>
        )}
        {shows('null') && (
          <Field label="Empty (NULL) values">
            <TextInput
              placeholder="leave blank"
              value={options.null ?? ''}
              onChange={(event) => set({ null: event.target.value })}
            />
          </Field>
        )}
        {shows('dates') && (
          <Field label="Dates">
            <Select value={options.dates ?? 'iso'} options={DATES} onChange={(dates) => set({ dates })} />
          </Field>
        )}
        {shows('decimal') && (
          <Field label="Decimal numbers">
            <Select
              value={options.decimal ?? 'point'}
              options={DECIMALS}
              onChange={(decimal) => set({ decimal })}
            />
          </Field>
        )}
        {shows('compress') && (
          <Field label="Compression">
            <Select
              value={options.compress ?? 'none'}
              options={COMPRESSIONS}
              onChange={(next) => (next === 'none' ? without('compress') : set({ compress: next }))}
            />
          </Field>
        )}
        {shows('sheet_by') && (
          <Field label="One sheet per value of" className="col-span-2">
            <Select
              value={options.sheet_by ?? ''}
              options={[
                { value: '', label: '(all rows on one sheet)' },
                ...columns.map(({ name, label }) => ({ value: name, label })),
              ]}
              onChange={(next) => (next === '' ? without('sheet_by') : set({ sheet_by: next }))}
            />
          </Field>
        )}
      </div>
      <div>
        {format === 'parquet' && (
          <p className="pb-1 text-[13px] text-ink-soft">Parquet keeps every type as it is.</p>
        )}
        {shows('bom') && (
          <CheckField
            label="Open correctly in Excel"
            hint="Adds a UTF-8 mark, so that Excel shows accents correctly."
            checked={options.bom ?? false}
            onChange={(bom) => set({ bom })}
          />
        )}
        {shows('raw') && (
          <CheckField
            label="Protect against spreadsheet formulas"
            hint="Text such as =1+1 is made harmless. Numbers stay numbers."
            checked={!options.raw}
            onChange={(guard) => (guard ? without('raw') : set({ raw: true }))}
          />
        )}
        <CheckField
          label="Same row order every time"
          hint="Off: rows come as the database reads them, which is faster for large tables."
          checked={options.order !== 'none'}
          onChange={(fixed) => (fixed ? without('order') : set({ order: 'none' }))}
        />
      </div>
    </div>
  );
}
