import fc from 'fast-check';
import { partsOf, Slot, type Write } from './slot.js';

const write = (length: number): Write => ({
  slot: new Slot('k', 'general:k', [], 0),
  entry: length === 0 ? undefined : { name: 'general:k', text: 'x'.repeat(length), ttlMs: 1 },
});
const lengthOf = (writes: readonly Write[]) =>
  writes.reduce((sum, { entry }) => sum + (entry?.text.length ?? 0), 0);

describe('the parts of a batch', () => {
  it('are all of it in its order, each no longer than it may be but for single long ones', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), (lengths) => {
        const writes = lengths.map(write);
        const parts = partsOf(writes, 20);
        expect(parts.flat()).toEqual(writes);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          const isSingle = part.filter(({ entry }) => entry !== undefined).length === 1;
          expect(isSingle || lengthOf(part) <= 20).toBe(true);
        }
      }),
    );
  });

  it('are one where it is short', () => {
    expect(
      partsOf(
        Array.from({ length: 500 }, () => write(10)),
        5_000,
      ),
    ).toHaveLength(1);
  });
});
