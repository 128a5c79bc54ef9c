import { ageSeconds, cacheControl, varyWith } from './cache-control.js';

describe('Cache-Control', () => {
  it.each([
    [true, 60_000, 'public, max-age=60'],
    [false, 60_000, 'private, max-age=60'],
    [false, 1_999, 'private, max-age=1'],
    [false, 999, 'private, no-cache'],
    [true, 0, 'public, no-cache'],
  ])('public %s, %i ms: %s', (isPublic, maxAgeMs, text) => {
    expect(cacheControl({ isPublic, maxAgeMs })).toBe(text);
  });
});

describe('Age', () => {
  it.each([
    [0, 0],
    [999, 0],
    [1_000, 1],
    [61_500, 61],
    [-5_000, 0],
  ])('after %i ms is %i', (passedMs, seconds) => {
    expect(ageSeconds(1_700_000_000_000, 1_700_000_000_000 + passedMs)).toBe(seconds);
  });
});

describe('Vary', () => {
  it.each([
    [undefined, 'Authorization, Cookie'],
    ['', 'Authorization, Cookie'],
    ['Origin', 'Origin, Authorization, Cookie'],
    ['origin,cookie', 'origin, cookie, Authorization'],
    ['*', '*'],
  ])('%s becomes %s', (existing, text) => {
    expect(varyWith(existing, ['Authorization', 'Cookie'])).toBe(text);
  });
});
