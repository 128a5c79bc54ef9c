import { byteText } from './byte-text.js';

describe('a size in words', () => {
  it.each([
    [0, '0B'],
    [1_023, '1023B'],
    [1_024, '1.0KB'],
    [5_452_595, '5.2MB'],
    [256 * 1_024 ** 2, '256MB'],
    [3 * 1_024 ** 4, '3.0TB'],
    [5_000 * 1_024 ** 4, '5000TB'],
  ])('%d is %s', (bytes, text) => expect(byteText(bytes)).toBe(text));
});
