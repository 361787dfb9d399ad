import { guard } from '@/lib/formula-guard';
import type { RowFailure } from '../api/types';

/** What was not changed and why, as a file; what a spreadsheet would take for a formula is marked as text. */
export function failuresCsv(failures: readonly RowFailure[], keyColumns: readonly string[]): string {
  const lines = [
    [...keyColumns, 'code', 'reason'],
    ...failures.map(({ key, code, message }) => [...key.map((value) => String(value ?? '')), code, message]),
  ];
  return lines.map((line) => line.map((cell) => quote(guard(cell))).join(',') + '\r\n').join('');
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function saveText(text: string, fileName: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = fileName;
  anchor.click();
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
