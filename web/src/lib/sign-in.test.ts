import { describe, expect, test } from 'vitest';
import { safeNext, signInHref } from './sign-in';

const ORIGIN = 'https://rowport.example';

describe('the address after signing in', () => {
  test('is the page that was asked for', () => {
    for (const path of ['/', '/exports', '/datasets/shop/orders?filter=a+%3D+%22b%22&row=[1]', '/a#b'])
      expect(safeNext(path, ORIGIN)).toBe(path);
  });

  test('is never another site', () => {
    for (const next of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/\t/evil.example',
      '\\\\evil.example',
      '/.//evil.example',
      '/a/..//evil.example',
      'javascript:alert(1)',
      'evil.example',
      ' //evil.example',
      'https://rowport.example.evil.example/',
      '',
      null,
      undefined,
    ])
      expect(safeNext(next, ORIGIN), String(next)).toBe('/');
  });

  test('is never the sign-in page again', () => {
    for (const next of ['/sign-in', '/sign-in?next=/sign-in', '/join', '/join/', '/x/../join'])
      expect(safeNext(next, ORIGIN)).toBe('/');
  });

  test('survives the way through the address of the sign-in page', () => {
    const address = '/datasets/shop/orders?search=a+%26+b';
    const next = new URLSearchParams(signInHref(address).split('?')[1]).get('next');
    expect(safeNext(next, ORIGIN)).toBe(address);
    expect(signInHref('/')).toBe('/sign-in');
    expect(signInHref('/exports', true)).toBe('/sign-in?ended=true&next=%2Fexports');
    expect(signInHref('/', true)).toBe('/sign-in?ended=true');
  });
});
