import { describe, expect, test } from 'vitest';
import type { ExportRequest, View } from '@/api/types';
import { buildRequest, exportCurl, exportLink, fittingOptions } from './request';

const ref = { source: 'demo', dataset: 'records' };
const view: View = {
  filter: { column: 'status', op: 'eq', value: 'paid' },
  sort: [{ column: 'id', descending: true }],
  search: 'x',
};
const input = {
  view,
  columns: ['id', 'a,b'],
  keys: [],
  format: 'csv' as const,
  options: {},
  fileName: undefined,
};

describe('what is exported', () => {
  test('the current view carries its filter, sort and search', () => {
    expect(buildRequest({ ...input, scope: 'view' }).view).toEqual({ ...view, columns: ['id', 'a,b'] });
  });
  test('everything carries none of them', () => {
    expect(buildRequest({ ...input, scope: 'everything' }).view).toEqual({ columns: ['id', 'a,b'] });
  });
  test('selected rows are exactly the keys, whatever is filtered now', () => {
    const request = buildRequest({ ...input, scope: 'selected', keys: [[1], [2]] });
    expect(request.keys).toEqual([[1], [2]]);
    expect(request.view.filter).toBeUndefined();
  });
});

test('only options of the format are sent, and none that is usual anyway', () => {
  const options = {
    delimiter: ';',
    bom: true,
    raw: false,
    header: 'names' as const,
    null: '',
    sheet_by: 'a',
  };
  expect(fittingOptions('csv', options)).toEqual({ delimiter: ';', bom: true });
  expect(fittingOptions('xlsx', options)).toEqual({ sheet_by: 'a' });
  expect(fittingOptions('parquet', options)).toEqual({});
});

describe('links', () => {
  const request: ExportRequest = {
    ...buildRequest({ ...input, scope: 'view', fileName: undefined }),
    options: { delimiter: ';' },
    file_name: 'mine.csv',
  };

  test('hold the whole request', () => {
    const query = new URL(exportLink(ref, request) ?? '', 'http://x').searchParams;
    expect(Object.fromEntries(query)).toEqual({
      format: 'csv', columns: 'id,"a,b"', filter: JSON.stringify(view.filter), sort: '-id', search: 'x', delimiter: ';', file_name: 'mine.csv',
    }); // prettier-ignore
  });

  test('are not made of selected rows, nor of what is too long', () => {
    expect(exportLink(ref, { ...request, keys: [[1]] })).toBeUndefined();
    expect(exportLink(ref, { ...request, view: { search: 'x'.repeat(7000) } })).toBeUndefined();
  });

  test('a command line quotes what a shell would read', () => {
    const command = exportCurl('http://x', ref, { ...request, keys: [["it's $HOME"]] }, false);
    expect(command).toContain(`"it'\\''s $HOME"`);
    expect(command).toMatch(/^curl -fOJ -H 'Content-Type: application\/json' --data-raw '/);
  });

  test('where a user has to sign in, the command uses an API key, which it does not hold', () => {
    expect(exportCurl('http://x', ref, buildRequest({ ...input, scope: 'everything' }), true)).toMatch(
      /^curl -fOJ -H "Authorization: Bearer \$ROWPORT_KEY" 'http:/,
    );
  });
});

test('rows in any order are asked for in every format, and the usual order is not', () => {
  expect(fittingOptions('parquet', { order: 'none' })).toEqual({ order: 'none' });
  expect(fittingOptions('csv', { order: 'total' })).toEqual({});
});

test('dates and decimal signs stand beside the other options', () => {
  const request = buildRequest({
    ...input,
    scope: 'everything',
    options: { dates: 'dotted', decimal: 'comma', bom: true },
  });
  expect(request.options).toMatchObject({ bom: true, dates: 'dotted', decimal: 'comma' });
  expect(exportLink(ref, request)).toContain('dates=dotted&decimal=comma');
});

test('a link is a download, however the file is to be made otherwise', () => {
  const made = (delivery: 'auto' | 'streamed' | 'background') =>
    buildRequest({ ...input, scope: 'view', delivery });
  expect(made('auto')).not.toHaveProperty('tier');
  expect(exportLink(ref, made('streamed'))).toContain('tier=streamed');
  expect(made('background').tier).toBe('background');
  expect(exportLink(ref, made('background'))).not.toContain('tier');
  expect(exportCurl('http://x', ref, { ...made('background'), keys: [[1]] }, false)).not.toContain('tier');
});
