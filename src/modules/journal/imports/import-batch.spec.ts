import { ImportBatch, MAX_KEPT_ERRORS, type ImportTally } from './import-batch.js';

const EMPTY: ImportTally = {
  ...{ bytesRead: 0, rowsRead: 0, skipped: 0, failed: 0 },
  ...{ skippedReasons: {}, errors: [] },
};

describe('a batch of lines', () => {
  it('goes on counting where the one before ended', () => {
    const first = new ImportBatch(EMPTY);
    first.add(2, 10, { kind: 'skipped', reason: 'Dividend' });
    const second = new ImportBatch(first.tally);
    second.add(3, 20, { kind: 'skipped', reason: 'Dividend' });
    second.add(4, 30, { kind: 'error', column: 'Price', message: 'no' });
    expect(second.size).toBe(2);
    expect(second.tally).toEqual({
      ...{ bytesRead: 30, rowsRead: 3, skipped: 2, failed: 1 },
      skippedReasons: { Dividend: 2 },
      errors: [{ line: 4, column: 'Price', message: 'no' }],
    });
    expect(first.tally.rowsRead).toBe(1);
  });

  it('holds no more errors and reasons than it should, whatever the file', () => {
    const batch = new ImportBatch(EMPTY);
    for (let line = 2; line < 500; line += 1) {
      batch.add(line, line, { kind: 'error', column: 'x'.repeat(9_999), message: 'no' });
      batch.add(line, line, { kind: 'skipped', reason: `reason ${line} ${'y'.repeat(9_999)}` });
    }
    const { errors, failed, skippedReasons, skipped } = batch.tally;
    expect([failed, skipped, errors.length]).toEqual([498, 498, MAX_KEPT_ERRORS]);
    expect(Object.keys(skippedReasons)).toHaveLength(31);
    expect(skippedReasons['other']).toBe(468);
    expect(JSON.stringify(batch.tally).length).toBeLessThan(30_000);
  });

  it('takes any word for a reason', () => {
    const batch = new ImportBatch(EMPTY);
    for (const reason of ['__proto__', 'constructor', 'half \ud800 a character', 'bell \u0007']) {
      batch.add(2, 0, { kind: 'skipped', reason });
    }
    expect(Object.entries(batch.tally.skippedReasons)).toEqual([
      ['__proto__', 1],
      ['constructor', 1],
      ['half   a character', 1],
      ['bell', 1],
    ]);
  });
});
