import fc from 'fast-check';
import { measure, percentile, summarize } from './performance-test.js';

describe('a latency summary', () => {
  it('takes the nearest rank', () => {
    const sorted = [15, 20, 35, 40, 50];
    expect([0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(sorted, share))).toEqual([
      15, 20, 20, 35, 50,
    ]);
  });

  it('shows values that were measured, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9_999 }), { minLength: 1 }), (latencies) => {
        const { operations, p50Ms, p95Ms, maxMs } = summarize(latencies) ?? fail();
        expect(operations).toBe(latencies.length);
        expect(latencies).toEqual(expect.arrayContaining([p50Ms, p95Ms, maxMs]));
        expect(p50Ms).toBeLessThanOrEqual(p95Ms);
        expect(p95Ms).toBeLessThanOrEqual(maxMs);
        const atMost = latencies.filter((latency) => latency <= p95Ms).length;
        expect(atMost).toBeGreaterThanOrEqual(0.95 * latencies.length);
      }),
    );
  });

  it('is nothing of nothing', () => {
    expect(summarize([])).toBeNull();
  });
});

describe('a performance test', () => {
  it('sets, gets and deletes each key in turn', async () => {
    const sent: string[] = [];
    const report = await measure(2, 1_000, async (command, index) => sent.push(command + index));
    expect(sent).toEqual(['set0', 'get0', 'delete0', 'set1', 'get1', 'delete1']);
    expect(report).toMatchObject({ operations: 6, complete: true });
  });

  it('ends when its time is up, and says so', async () => {
    const report = await measure(1_000, 0, async () => undefined);
    expect(report).toMatchObject({ operations: 0, complete: false, commands: { set: null } });
  });
});

function fail(): never {
  throw new Error('nothing was summarized');
}
