import { readFile } from 'node:fs/promises';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, phone, visit } from './browser';
import { count, openDataset, textColumn, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;
let column: string;
let filter: object;
let rows: number;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  const dataset = demo.datasets.get(demo.child);
  column = (dataset && textColumn(dataset)) ?? '';
  filter = { column, op: 'contains', value: 'a' };
  rows = await count(demo.source, demo.child, { filter });
});
afterAll(() => browser.close());

async function openExport(page: Page) {
  await openDataset(page, demo.source, demo.child, `?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  await page.getByRole('button', { name: 'Export', exact: true }).first().click();
  await page.getByRole('dialog', { name: /^Export/ }).waitFor();
}

async function download(page: Page): Promise<{ file: Download; bytes: Buffer }> {
  await page.getByText(/rows? · about/).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  return { file, bytes: await readFile(await file.path()) };
}

/** The content of one file of a ZIP archive, read through its central directory. */
function unzip(archive: Buffer, name: RegExp): string {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = archive.readUInt32LE(end + 16);
  while (archive.readUInt32LE(at) === 0x02014b50) {
    const nameLength = archive.readUInt16LE(at + 28);
    const entry = archive.subarray(at + 46, at + 46 + nameLength).toString();
    const header = archive.readUInt32LE(at + 42);
    const size = archive.readUInt32LE(at + 20);
    if (name.test(entry)) {
      const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
      const body = archive.subarray(start, start + size);
      return (archive.readUInt16LE(at + 10) === 0 ? body : inflateRawSync(body)).toString();
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`The archive has no ${String(name)}.`);
}

/** How many records delimited text holds: line ends within quotes do not count. */
function records(text: string): number {
  let lines = 0;
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === '\n' && !quoted) lines += 1;
  }
  return text === '' || text.endsWith('\n') ? lines : lines + 1;
}

const names = () => demo.datasets.get(demo.child)?.columns.map((each) => each.name) ?? [];

const CHECKS: Record<string, { ending: string; check: (bytes: Buffer) => void }> = {
  CSV: {
    ending: '.csv',
    check: (bytes) => {
      const text = bytes.toString();
      expect(text.split(/\r?\n/)[0]).toBe(names().join(','));
      expect(records(text)).toBe(rows + 1);
    },
  },
  TSV: {
    ending: '.tsv',
    check: (bytes) => {
      const text = bytes.toString();
      expect(text.split(/\r?\n/)[0]).toBe(names().join('\t'));
      expect(records(text)).toBe(rows + 1);
    },
  },
  JSON: {
    ending: '.json',
    check: (bytes) => {
      const document = JSON.parse(bytes.toString()) as { count: number; exported_at: string; rows: object[] };
      expect(document.rows).toHaveLength(rows);
      expect(document.count).toBe(rows);
      expect(document.exported_at).toBeTruthy();
    },
  },
  NDJSON: {
    ending: '.ndjson',
    check: (bytes) => {
      const lines = bytes.toString().trimEnd().split('\n');
      expect(lines).toHaveLength(rows);
      expect(Object.keys(JSON.parse(lines[0] ?? '{}') as object)).toEqual(names());
    },
  },
  Excel: {
    ending: '.xlsx',
    check: (bytes) => {
      expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04');
      const sheet = unzip(bytes, /xl\/worksheets\/sheet1\.xml$/);
      expect(sheet.match(/<row[ >]/g)).toHaveLength(rows + 1);
      for (const name of names()) expect(sheet.includes(name)).toBe(true);
    },
  },
  Parquet: {
    ending: '.parquet',
    check: (bytes) => {
      expect(bytes.subarray(0, 4).toString('latin1')).toBe('PAR1');
      expect(bytes.subarray(-4).toString('latin1')).toBe('PAR1');
      for (const name of names()) expect(bytes.includes(name)).toBe(true);
    },
  },
  Text: {
    ending: '.txt',
    check: (bytes) => expect(records(bytes.toString().replaceAll('"', ''))).toBeGreaterThanOrEqual(rows),
  },
};

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('%s', (_, options) => {
  test.each(Object.keys(CHECKS))('%s: the downloaded file is what the view shows', async (format) => {
    const expected = CHECKS[format];
    const context = await visit(browser, options);
    const page = await context.newPage();
    await openExport(page);
    await page.getByRole('radio', { name: new RegExp(`^${format}`) }).check({ force: true });
    await page.getByText(expected?.ending ?? '', { exact: true }).waitFor();
    const { file, bytes } = await download(page);
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\${expected?.ending ?? ''}$`));
    expected?.check(bytes);
    await context.close();
  });

  test('all rows, with a chosen file name, compressed', async () => {
    const context = await visit(browser, options);
    const page = await context.newPage();
    await openExport(page);
    await page.getByRole('radio', { name: /^All rows/ }).check({ force: true });
    await page.getByLabel('Compression').selectOption('gzip');
    await page.getByText('.csv.gz', { exact: true }).waitFor();
    await page.getByLabel('File name').fill('mine – ö');
    const { file, bytes } = await download(page);
    expect(file.suggestedFilename()).toBe('mine – ö.csv.gz');
    expect(records(gunzipSync(bytes).toString())).toBe((await count(demo.source, demo.child, {})) + 1);
    await context.close();
  });

  test('selected rows only', async () => {
    const context = await visit(browser, options);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.child);
    await page.getByRole('checkbox', { name: 'Select row 2', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Select row 5', exact: true }).click({ modifiers: ['Shift'] });
    await page.getByText('4 rows selected').waitFor();
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Export' }).click();
    await page.getByText(/4 rows · about/).waitFor();
    const { bytes } = await download(page);
    expect(records(bytes.toString())).toBe(5);
    await context.close();
  });
});

test('dates as another country writes them', async () => {
  const dated = [...demo.datasets].find(
    ([, each]) =>
      (each.estimated_rows ?? 0) < 50_000 &&
      each.columns.some(({ type }) => type.kind === 'timestamp' || type.kind === 'date'),
  )?.[0];
  if (dated === undefined) throw new Error('the workspace has no dates');
  const context = await visit(browser);
  const page = await context.newPage();
  await openDataset(page, demo.source, dated);
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByLabel('Dates').selectOption('dotted');
  const { bytes } = await download(page);
  expect(bytes.toString()).toMatch(/\d\d\.\d\d\.\d{4}/);
  expect(bytes.toString()).not.toMatch(/\d{4}-\d\d-\d\d/);
  await context.close();
});

test('the copied link and the copied text are the same rows', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await openExport(page);
  await page.getByText(/rows? · about/).waitFor();
  await page.getByRole('button', { name: 'Copy link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const answer = await fetch(link);
  expect(answer.status).toBe(200);
  expect(records(await answer.text())).toBe(rows + 1);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl /);
  await context.close();
});
