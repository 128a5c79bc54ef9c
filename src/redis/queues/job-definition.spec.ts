import { z } from 'zod';
import { defineJob, latestVersion, upgradePayload } from './job-definition.js';

describe('the version of a payload', () => {
  const greet = defineJob({
    schema: z.object({ names: z.array(z.string()), polite: z.boolean() }),
    recovery: 'none',
    timeoutMs: 1_000,
    upgrades: [
      (payload) => ({ names: [(payload as { name: string }).name] }),
      (payload) => ({ ...(payload as { names: string[] }), polite: false }),
    ],
  });

  it('is 1 of a job that never changed, and one more with each upgrade', () => {
    expect(latestVersion(defineJob({ schema: z.object({}), recovery: 'none', timeoutMs: 1 }))).toBe(
      1,
    );
    expect(latestVersion(greet)).toBe(3);
  });

  it.each([
    [1, { name: 'Ada' }],
    [2, { names: ['Ada'] }],
    [3, { names: ['Ada'], polite: false }],
  ])('%i is made into the latest, step by step', (version, payload) => {
    expect(upgradePayload(greet, payload, version)).toEqual({ names: ['Ada'], polite: false });
  });

  it('of a later release is left to that release', () => {
    expect(() => upgradePayload(greet, {}, 4)).toThrow(
      expect.objectContaining({ code: 'queue.newer_version', kind: 'unavailable' }),
    );
  });
});
