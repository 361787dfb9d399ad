import { expect, test } from 'vitest';
import { initials } from './initials';

test('a name is known again by the letters of its first and last word', () => {
  expect(initials('Ada Byron')).toBe('AB');
  expect(initials('ada king of lovelace')).toBe('AL');
  expect(initials('(Öz) ')).toBe('Ö');
  expect(initials('𝒜da')).toBe('𝒜');
  expect(initials(' – ')).toBe('?');
});
