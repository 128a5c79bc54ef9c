import fc from 'fast-check';
import { ServerClocks } from './server-clocks.js';

describe('the clock of a server', () => {
  it('is never taken to be further than it is, wherever an answer was held up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2_000_000_000_000 }),
        fc.nat(50),
        fc.nat(50),
        fc.nat(250),
        fc.integer({ min: -1_000, max: 1_000 }),
        async (serverMs, toServerMs, backMs, laterMs, aheadMs) => {
          let nowMs = 0;
          const clocks = new ServerClocks(() => nowMs);
          await clocks.read('a', async () => {
            nowMs += toServerMs;
            const shown = serverMs + nowMs;
            nowMs += backMs;
            return shown;
          });
          nowMs += laterMs;
          const at = clocks.earliest('a', nowMs + aheadMs);
          expect(at).toBeLessThanOrEqual(serverMs + nowMs + aheadMs);
          expect(at).toBe(serverMs + nowMs + aheadMs - backMs);
        },
      ),
    );
  });

  it('is unknown until it was read, once that is a while ago, and when the server is gone', async () => {
    let nowMs = 1_000;
    const clocks = new ServerClocks(() => nowMs);
    expect(clocks.earliest('a', 1_000)).toBeUndefined();
    await clocks.read('a', () => Promise.resolve(5_000));
    nowMs += 250;
    expect(clocks.earliest('a', nowMs)).toBe(5_250);
    nowMs += 1;
    expect(clocks.earliest('a', nowMs)).toBeUndefined();
    await clocks.read('a', () => Promise.resolve(9_000));
    clocks.retain(new Set(['b']));
    expect(clocks.earliest('a', nowMs)).toBeUndefined();
  });

  it('is not known by an answer that was long under way', async () => {
    let nowMs = 0;
    const clocks = new ServerClocks(() => nowMs);
    await clocks.read('a', () => {
      nowMs += 101;
      return Promise.resolve(5_000);
    });
    expect(clocks.earliest('a', nowMs)).toBeUndefined();
  });

  it('is asked for once at a time, and again after a failure', async () => {
    const clocks = new ServerClocks(() => 0);
    const ask = jest.fn(() => Promise.reject(new Error('away')));
    const asked = [clocks.read('a', ask), clocks.read('a', ask)];
    for (const one of asked) await expect(one).rejects.toThrow('away');
    expect(ask).toHaveBeenCalledTimes(1);
    await clocks.read('a', () => Promise.resolve(7));
    expect(clocks.earliest('a', 0)).toBe(7);
  });
});
