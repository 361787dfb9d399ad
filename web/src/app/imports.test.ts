import { expect, test } from 'vitest';

const sources = import.meta.glob<string>(
  ['/src/**/*.{ts,tsx}', '!/src/**/*.test.*', '!/src/api/schema.d.ts'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);
const paths = Object.keys(sources);

/** The file that an import of another file leads to; undefined for packages. */
function resolve(from: string, specifier: string): string | undefined {
  const base = specifier.startsWith('@/') ? `/src/${specifier.slice(2)}` : specifier;
  if (!base.startsWith('/') && !base.startsWith('.')) return undefined;
  const { pathname } = new URL(base, `http://page${from}`);
  return paths.find((path) => path === `${pathname}.ts` || path === `${pathname}.tsx`);
}

const importsOf = (path: string): string[] =>
  [...(sources[path] ?? '').matchAll(/(?:from |import\()'([^']+)'/g)].flatMap(
    (match) => resolve(path, match[1] ?? '') ?? [],
  );

/** Files that import themselves through others, as the way that leads back. */
function circles(): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || finished.has(path)) return;
    for (const next of importsOf(path)) visit(next, [...way, path]);
    finished.add(path);
  };
  for (const path of paths) visit(path, []);
  return found;
}

test('no file imports itself through others', () => {
  expect(paths.flatMap(importsOf).length).toBeGreaterThan(500);
  expect(circles()).toEqual([]);
});
