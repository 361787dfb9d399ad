import type { Dataset } from '@/api/types';

/** The columns that tell a row from others at a glance: names and titles before addresses and numbers, references last. */
export function mainColumns(dataset: Dataset, count: number): string[] {
  const references = new Set(dataset.foreign_keys.flatMap((key) => key.columns));
  const rank = (name: string, kind: string, index: number) => {
    if (dataset.key.includes(name)) return 3000 + index;
    if (references.has(name)) return 2000 + index;
    const named = /name|title|label|subject/i.test(name) ? -500 : /url|link/i.test(name) ? 500 : 0;
    return (kind === 'text' || kind === 'enum' ? 0 : 1000) + named + index;
  };
  return dataset.columns
    .map((column, index) => ({ name: column.name, rank: rank(column.name, column.type.kind, index) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map((each) => each.name);
}
