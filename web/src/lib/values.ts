import type { Cell, Column, ColumnType } from '@/api/types';
import { isNumber } from './filter';

/** What a cell needs to know about its column. */
export interface ValueColumn {
  name: string;
  label: string;
  type: ColumnType;
  currency?: string | null;
  /** The database's own name of the type. */
  native_type?: string;
  /** Whether its values are hidden from the user: each is a mask that can't be filtered or sorted by. */
  masked?: boolean;
}

export function isRightAligned(column: ValueColumn): boolean {
  return isNumber(column.type.kind) && column.masked !== true;
}

const money = new Map<string, Intl.NumberFormat>();

/** A value as the grid shows it, on one line. Copies and exports take the value itself. */
export function formatValue(value: Cell, column: ValueColumn): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  const text = String(value);
  if (column.currency != null && isNumber(column.type.kind)) return formatMoney(text, column.currency);
  if (column.type.kind === 'timestamp' || column.type.kind === 'timestamp_tz') {
    return text.replace('T', ' ').replace(/(?:\+00:00|Z)$/, ' UTC');
  }
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function formatMoney(digits: string, currency: string): string {
  let format = money.get(currency);
  if (!format) {
    try {
      format = new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 20 });
    } catch {
      format = new Intl.NumberFormat('en', { maximumFractionDigits: 20 });
    }
    money.set(currency, format);
  }
  // A decimal's text is formatted digit by digit, never through a rounding number.
  return /^-?\d+(\.\d+)?$/.test(digits) ? format.format(digits as `${number}`) : digits;
}

/** The value as the clipboard takes it. */
export function copyText(value: Cell): string {
  return value === null ? '' : String(value);
}

export function asLink(value: Cell): string | undefined {
  if (typeof value !== 'string' || value.length > 2000 || !/^(https?:\/\/|mailto:)\S+$/i.test(value))
    return undefined;
  return value;
}

export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A first guess at how wide a column should be. */
export function defaultWidth(column: ValueColumn): number {
  const header = column.label.length * 7.6 + 44;
  const byType: Partial<Record<ColumnType['kind'], number>> = {
    boolean: 84, integer: 96, decimal: 112, float: 120, date: 110, time: 110, timestamp: 168, timestamp_tz: 196,
    uuid: 300, json: 260, text: 200, enum: 124,
  }; // prettier-ignore
  return Math.round(Math.min(320, Math.max(header, byType[column.type.kind] ?? 180)));
}

/** The kind of a column, for people: `date & time`, `json`; the database's name for what Rowport has no kind of. */
export function kindLabel({ type, native_type: native = '' }: ValueColumn): string {
  if (type.kind === 'timestamp' || type.kind === 'timestamp_tz') return 'date & time';
  return type.kind === 'other' && native !== '' ? native.toLowerCase() : type.kind;
}

/** The database's name of a column's type, or else its kind. */
export function typeLabel(column: Column): string {
  return column.native_type === '' ? column.type.kind : column.native_type.toLowerCase();
}
