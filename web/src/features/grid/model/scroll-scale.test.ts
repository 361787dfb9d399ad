import { describe, expect, test } from 'vitest';
import { MAX_TRACK, nextPosition, scrollScale } from './scroll-scale';

const VIEW = 800;
const MILLION = 32_000_000;

describe('a track shorter than its rows', () => {
  const scale = scrollScale(MILLION, VIEW);

  test('reaches both ends', () => {
    expect(scale.track).toBe(MAX_TRACK);
    expect(scale.toRows(0)).toBe(0);
    expect(scale.toRows(MAX_TRACK - VIEW)).toBe(MILLION - VIEW);
  });

  test('rises steadily, and back and forth is the same position', () => {
    let before = -1;
    for (let scroll = 0; scroll <= MAX_TRACK - VIEW; scroll += 9_999) {
      const rows = scale.toRows(scroll);
      expect(rows).toBeGreaterThan(before);
      expect(scale.toScroll(rows)).toBeCloseTo(scroll, 3);
      before = rows;
    }
  });

  test('moves pixel by pixel near the ends', () => {
    expect(scale.toRows(500_100) - scale.toRows(500_000)).toBe(100);
  });

  test('a short scroll in the middle moves as far as the hand did; a long one follows the bar', () => {
    const start = { scroll: 4_000_000, offset: scale.toRows(4_000_000) - 4_000_000 };
    const near = nextPosition(scale, start, 4_000_120, VIEW);
    expect(near.scroll + near.offset).toBeCloseTo(scale.toRows(4_000_000) + 120, 6);
    const far = nextPosition(scale, start, 6_000_000, VIEW);
    expect(far.scroll + far.offset).toBe(scale.toRows(6_000_000));
  });

  test('never leaves the rows', () => {
    const end = { scroll: MAX_TRACK - VIEW - 10, offset: MILLION - MAX_TRACK };
    const after = nextPosition(scale, end, MAX_TRACK - VIEW, VIEW);
    expect(after.scroll + after.offset).toBeLessThanOrEqual(MILLION - VIEW);
  });
});

test('rows that fit are not scaled', () => {
  const scale = scrollScale(10_000, VIEW);
  expect(scale.compressed).toBe(false);
  expect(scale.toRows(1234)).toBe(1234);
});
