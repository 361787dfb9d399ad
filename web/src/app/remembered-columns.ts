import type { DatasetRef } from '@/api/types';
import { recall, remember } from '@/lib/storage';

const name = (ref: DatasetRef) => `columns.${ref.source}/${ref.dataset}`;

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

export function recallColumns(ref: DatasetRef): string[] | undefined {
  return recall<string[] | undefined>(name(ref), undefined, isNames);
}

export function rememberColumns(ref: DatasetRef, columns: string[] | undefined) {
  remember(name(ref), columns);
}
