import { Logger } from '@nestjs/common';
import { systemClock } from '../../../kernel/clock.js';
import { eventually } from '../../../../test/support/eventually.js';
import { tokenOwner } from '../session-token.js';
import { MemorySessionCache } from './memory.session-cache.js';
import { SessionFastPath } from './session-fast-path.js';

const lifetimes = { idleMs: 1_800_000, absoluteMs: 86_400_000, graceMs: 10_000 };
const owner = tokenOwner('ada');

/** Away until it is said to be back; remembers what it was told, in which order. */
class AwayCache extends MemorySessionCache {
  readonly told: string[] = [];
  isAway = true;

  override forgetHere(): Promise<void> {
    return this.isAway ? Promise.reject(new Error('away')) : super.forgetHere();
  }
  override endBefore(...about: Parameters<MemorySessionCache['endBefore']>): Promise<void> {
    this.told.push(`before ${about[1]} is over`);
    return super.endBefore(...about);
  }
  override retire(...about: Parameters<MemorySessionCache['retire']>): Promise<void> {
    this.told.push(`${about[0].hash} goes on in ${about[1]}`);
    return super.retire(...about);
  }
}

describe('the fast path of sessions', () => {
  // That it is away is said in the log.
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(['log', 'error', 'warn', 'fatal']));

  it('tells a store that was away what happened last as the last, so that no token is of a generation that is over', async () => {
    const cache = new AwayCache(lifetimes, systemClock);
    const fastPath = new SessionFastPath(cache);
    await fastPath.start();
    await fastPath.endBefore(owner, 1);
    await fastPath.retire({ hash: 'token', owner }, 2, () => 10_000);
    await fastPath.endBefore(owner, 2);
    cache.isAway = false;
    await eventually(() => {
      expect(cache.told).toEqual(['token goes on in 2', 'before 2 is over']);
    });
    fastPath.stop();
  });
});
