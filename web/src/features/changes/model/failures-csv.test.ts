import { expect, test } from 'vitest';
import { failuresCsv } from './failures-csv';

test('failures become lines with their keys, quoted where needed, and never formulas', () => {
  const failures = [
    { key: [-5, 'a,b'], code: 'foreign_key' as const, message: 'it says "no"' },
    { key: ['-6', '=1+1'], code: 'gone' as const, message: '@work' },
  ];
  expect(failuresCsv(failures, ['id', 'name'])).toBe(
    'id,name,code,reason\r\n-5,"a,b",foreign_key,"it says ""no"""\r\n-6,\'=1+1,gone,\'@work\r\n',
  );
});
