import type { DatasetRef, Key, Sort, View } from '@/api/types';
import type { Filter } from '@/api/filter';
import { keyFilter, parseFilter, printFilter } from './filter';

/** What the address of a dataset says, by the names of its parameters. */
export interface ViewSearch {
  columns?: string;
  filter?: string;
  sort?: string;
  search?: string;
  row?: string;
}

const PARAMETERS = ['columns', 'filter', 'sort', 'search', 'row'] as const;

/** A view as the page works with it: never undefined where a list will do. */
export interface ViewState {
  columns: string[] | undefined;
  filter: Filter | undefined;
  sort: Sort[];
  search: string;
}

export function readSearch(raw: Record<string, unknown>): ViewSearch {
  const search: ViewSearch = {};
  for (const name of PARAMETERS) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') search[name] = value;
  }
  return search;
}

export function toViewState(search: ViewSearch): ViewState {
  return {
    columns: search.columns === undefined ? undefined : splitNames(search.columns).map(({ name }) => name),
    filter: search.filter === undefined ? undefined : parseFilter(search.filter),
    sort: search.sort === undefined ? [] : parseSort(search.sort),
    search: search.search ?? '',
  };
}

export function toSearch(state: ViewState, row?: Key): ViewSearch {
  return {
    ...(state.columns && { columns: state.columns.map((name) => quote(name)).join(',') }),
    ...(state.filter !== undefined && { filter: printFilter(state.filter) }),
    ...(state.sort.length > 0 && { sort: printSort(state.sort) }),
    ...(state.search !== '' && { search: state.search }),
    ...(row && { row: JSON.stringify(row) }),
  };
}

/** The view as the API takes it. */
export function toView(state: ViewState): View {
  return {
    ...(state.columns && { columns: state.columns }),
    ...(state.filter !== undefined && { filter: state.filter }),
    ...(state.sort.length > 0 && { sort: state.sort }),
    ...(state.search !== '' && { search: state.search }),
  };
}

export function fromView(view: View): ViewState {
  const filter = view.filter as Filter | null | undefined;
  return {
    columns: view.columns ?? undefined,
    filter: filter ?? undefined,
    sort: view.sort ?? [],
    search: view.search ?? '',
  };
}

/** The key in `row=`, if it is one: a JSON list of values. */
export function parseRow(text: string | undefined): Key | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((part) => part === null || typeof part !== 'object'))
      return value as Key;
  } catch {
    // Not a key: the row panel stays closed.
  }
  return undefined;
}

/** An address's query, with the characters left readable that a query may hold. */
export function stringifySearch(search: object): string {
  const parts = Object.entries(search)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
    .map(([name, value]) => `${name}=${encodeValue(value)}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

function encodeValue(value: string): string {
  return encodeURIComponent(value)
    .replace(/%(2C|3A|2F|40|24)/g, (escaped) => decodeURIComponent(escaped))
    .replace(/%20/g, '+');
}

export function printSort(sort: readonly Sort[]): string {
  return sort.map(({ column, descending }) => (descending ? '-' : '') + quote(column, true)).join(',');
}

export function parseSort(text: string): Sort[] {
  return splitNames(text).map(({ name, quoted }) =>
    !quoted && name.startsWith('-') ? { column: name.slice(1), descending: true } : { column: name },
  );
}

function quote(name: string, minusToo = false): string {
  const special =
    /[",]/.test(name) || name.trim() !== name || name === '' || (minusToo && name.startsWith('-'));
  return special ? `"${name.replaceAll('"', '""')}"` : name;
}

interface Name {
  name: string;
  /** Whether the whole name stood in quotes, so that a leading minus belongs to it. */
  quoted: boolean;
}

function splitNames(text: string): Name[] {
  const names: Name[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const minus = rest.startsWith('-"') ? '-' : '';
    const body = rest.slice(minus.length);
    const match = /^"((?:[^"]|"")*)"?\s*,?\s*/.exec(body);
    if (match) {
      names.push({ name: minus + (match[1] ?? '').replaceAll('""', '"'), quoted: minus === '' });
      rest = body.slice(match[0].length);
    } else {
      const comma = body.indexOf(',');
      const name = (comma < 0 ? body : body.slice(0, comma)).trim();
      if (name !== '') names.push({ name, quoted: false });
      rest = comma < 0 ? '' : body.slice(comma + 1).trimStart();
    }
  }
  return names;
}

export function datasetHref(ref: DatasetRef, search: ViewSearch = {}): string {
  return `/datasets/${encodeURIComponent(ref.source)}/${encodeURIComponent(ref.dataset)}${stringifySearch(search)}`;
}

/** Where a reference leads: to the rows that match, with the row itself open when the reference is its key. */
export function referenceHref(
  ref: DatasetRef,
  columns: readonly string[],
  values: Key,
  key: readonly string[] | undefined,
): string {
  const named = key?.length === columns.length && key.every((name) => columns.includes(name));
  const row = named && { row: JSON.stringify(key.map((name) => values[columns.indexOf(name)] ?? null)) };
  return datasetHref(ref, { filter: printFilter(keyFilter(columns, values)), ...row });
}
