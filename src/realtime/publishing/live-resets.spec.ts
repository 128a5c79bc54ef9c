import { Logger } from '@nestjs/common';
import type { OwedLiveResets } from '../../kernel/owed-live-resets.js';
import type { PubSub } from '../../redis/index.js';
import { LiveResets } from './live-resets.js';

beforeAll(() => Logger.overrideLogger(false));

describe('channels that are to begin anew', () => {
  it('do so once each, although one of them cannot be reached', async () => {
    const owed = new Set(['first', 'out of reach', 'last']);
    const reset: string[] = [];
    const pubSub = {
      resetHistory: async (name: string) => {
        if (name === 'out of reach') throw new Error('CLUSTERDOWN');
        reset.push(name);
      },
    } as Partial<PubSub> as PubSub;
    const rows = {
      waiting: async () => [...owed].map((name) => ({ name })),
      settle: async (settled: readonly { name: string }[]) => {
        for (const { name } of settled) owed.delete(name);
      },
    } as unknown as OwedLiveResets;
    const resets = new LiveResets(pubSub, rows);
    await resets.settle();
    await resets.settle();
    expect(reset).toEqual(['first', 'last']);
    expect([...owed]).toEqual(['out of reach']);
  });
});
