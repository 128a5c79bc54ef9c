import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { BEAT_MS, LinkedProcess, pass } from '../../../../test/support/linked-process.js';
import { PROOF_MS } from './coherence-link.js';

describe('the link of a process to the log', () => {
  let here: LinkedProcess;
  let log: LinkedProcess['log'];
  let link: LinkedProcess['link'];
  let cache: LinkedProcess['cache'];
  beforeEach(async () => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    build();
    await here.begin();
  });
  afterEach(async () => {
    await link.close();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  function build(): void {
    here = new LinkedProcess();
    ({ log, link, cache } = here);
  }

  describe('that is well', () => {
    it('is proven from beat to beat, for ever', async () => {
      for (let i = 0; i < 50; i += 1) {
        await pass(70);
        expect([link.state, link.isProven, here.serves[1]]).toEqual(['coherent', true, true]);
      }
      expect(here.events).toEqual([]);
      expect(link.resets + link.gaps).toBe(0);
    });

    it('drops what others invalidate, and not what this process did itself', async () => {
      log.append(['a', 'b']);
      log.append(['own'], 'here');
      expect(here.dropped).toEqual(['a', 'b']);
      expect(here.events).toEqual([{ type: 'invalidated', keys: 2, origin: 'elsewhere' }]);
      expect(link.state).toBe('coherent');
    });

    it('tells who waits for a load that it is over', () => {
      log.told.onSettled('k');
      expect(cache.settled).toHaveBeenCalledWith('k');
    });

    it('sends no beat while one is under way, nor after the end', async () => {
      let settle = (): void => undefined;
      cache.settleOwed.mockReturnValueOnce(new Promise((resolve) => (settle = resolve)));
      const sent = log.sentAtMs.length;
      await pass(10 * BEAT_MS);
      expect(log.sentAtMs).toHaveLength(sent);
      settle();
      await pass(BEAT_MS);
      expect(log.sentAtMs.length).toBeGreaterThan(sent);
      log.told.onEnd();
      const last = log.sentAtMs.length;
      await pass(10 * BEAT_MS);
      expect(log.sentAtMs).toHaveLength(last);
    });
  });

  describe('whose beats are late', () => {
    it('counts a proof from when its beat was sent', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 2 * PROOF_MS }), async (onWayMs) => {
          log.told.onSilence();
          log.pushMs = onWayMs;
          const sentMs = await here.nextBeat();
          log.isDeaf = true;
          await pass(onWayMs - 1);
          expect(link.isProven).toBe(false);
          await pass(1);
          expect(link.provenUntilMs).toBe(sentMs + PROOF_MS);
          // Late: worth what is left of it, be that nothing.
          expect(link.isProven).toBe(onWayMs < PROOF_MS);
          expect(link.state).toBe(onWayMs < PROOF_MS ? 'coherent' : 'remote');
          await pass(2 * PROOF_MS);
          Object.assign(log, { isDeaf: false, pushMs: 0 });
        }),
        { numRuns: 30 },
      );
    });

    it('does not take back a proof that it has for an older one', async () => {
      log.pushMs = 3.5 * BEAT_MS;
      const sentMs = await here.nextBeat();
      log.pushMs = 0;
      await pass(3.5 * BEAT_MS);
      expect(link.provenUntilMs).toBe(sentMs + 3 * BEAT_MS + PROOF_MS);
    });

    it('forgets beats that are on their way for too long', async () => {
      log.pushMs = 60_000;
      await pass(BEAT_MS);
      const until = link.provenUntilMs;
      await pass(60_000);
      expect(link.provenUntilMs).toBe(until);
      expect(link.isProven).toBe(false);
    });

    it('takes no beat of which it knows nothing', async () => {
      log.isDeaf = true;
      await pass(2 * PROOF_MS);
      log.told.onBeat('9999', log.head);
      expect(link.isProven).toBe(false);
    });
  });

  describe('that is lost', () => {
    it('notices it within the life of a proof, whenever that was', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(3 * BEAT_MS), async (goesAfterMs) => {
          await pass(goesAfterMs);
          const lostAtMs = performance.now();
          log.isDeaf = true;
          await pass(PROOF_MS - BEAT_MS - 1);
          expect(link.state).toBe('coherent');
          await pass(BEAT_MS + 1);
          expect(performance.now() - lostAtMs).toBe(PROOF_MS);
          expect([link.isProven, here.serves[0], link.state]).toEqual([false, false, 'remote']);
          log.isDeaf = false;
          await pass(BEAT_MS);
          expect(link.state).toBe('coherent');
        }),
        { numRuns: 30 },
      );
    });

    it('notices it at once where the connection is closed, or says what nobody understands', async () => {
      log.told.onSilence();
      expect([link.isProven, here.serves[0], link.state]).toEqual([false, false, 'remote']);
      expect(here.events).toEqual([{ type: 'link', state: 'remote' }]);
      await pass(BEAT_MS);
      expect(link.state).toBe('coherent');
    });

    it('catches up by the commands as long as it hears nothing, and is not proven by that', async () => {
      log.isDeaf = true;
      await pass(PROOF_MS);
      log.append(['a']);
      await pass(BEAT_MS);
      expect(here.dropped).toEqual(['a']);
      log.append(['b']);
      await pass(BEAT_MS);
      expect(here.dropped).toEqual(['a', 'b']);
      expect(link.isProven).toBe(false);
    });
  });

  describe('that missed something', () => {
    const miss = (names: string[]): void => {
      log.isDeaf = true;
      log.append(names);
      log.isDeaf = false;
    };

    it('distrusts all at once when the next thing arrives, and trusts again once it has caught up', async () => {
      miss(['missed']);
      log.readMs = 20;
      log.append(['next']);
      expect([link.isProven, here.serves[0], link.state]).toEqual([false, false, 'remote']);
      expect(here.dropped).toEqual(['next']);
      await pass(20);
      expect(here.dropped).toEqual(['next', 'missed', 'next']);
      expect(link.isProven).toBe(false);
      await pass(BEAT_MS);
      expect(link.state).toBe('coherent');
      expect([link.gaps, link.resets]).toEqual([1, 0]);
      expect(here.events.filter(({ type }) => type === 'gap')).toHaveLength(1);
      expect(cache.dropAll).not.toHaveBeenCalled();
    });

    it('distrusts all at once when the next beat arrives', async () => {
      miss(['missed']);
      Object.assign(log, { pushMs: 10, readMs: 20 });
      await here.nextBeat();
      await pass(10);
      expect(here.dropped).toEqual([]);
      expect([link.isProven, here.serves[0]]).toEqual([false, false]);
      await pass(20);
      expect(here.dropped).toEqual(['missed']);
    });

    it('is not proven by a beat before it has caught up', async () => {
      miss(['missed']);
      log.readMs = 3.5 * BEAT_MS;
      log.append(['next']);
      for (let i = 0; i < 3; i += 1) {
        await pass(BEAT_MS);
        expect(link.isProven).toBe(false);
      }
      await pass(BEAT_MS);
      expect(here.dropped).toContain('missed');
    });

    it('catches up also with what comes while it does', async () => {
      const { reads } = log;
      miss(['missed']);
      log.readMs = 50;
      log.append(['next']);
      await pass(20);
      miss(['meanwhile']);
      log.append(['last']);
      expect(log.reads).toBe(reads + 1);
      await pass(3 * BEAT_MS);
      expect(new Set(here.dropped)).toEqual(new Set(['missed', 'next', 'meanwhile', 'last']));
      expect(link.state).toBe('coherent');
    });

    it('drops all that it keeps, and no more, where the log has forgotten it', async () => {
      miss(['missed']);
      miss(['another']);
      log.entries = log.entries.slice(2);
      log.append(['next']);
      await pass(2 * BEAT_MS);
      expect(cache.dropAll).toHaveBeenCalledTimes(1);
      expect(cache.reset).not.toHaveBeenCalled();
      expect([link.gaps, link.resets, link.state]).toEqual([1, 0, 'coherent']);
    });

    it('needs no catching up with what arrives after all', async () => {
      await here.nextBeat();
      await pass(BEAT_MS - 10);
      log.told.onSilence();
      // Asked 10 ms later, it arrives before the answer does.
      Object.assign(log, { pushMs: 60, readMs: 80 });
      log.append(['late']);
      await pass(PROOF_MS);
      expect(here.dropped).toEqual(['late']);
      expect([link.gaps, link.state]).toEqual([0, 'coherent']);
    });

    it.each([
      ['was refused', () => Promise.reject(new Error('connection lost'))],
      ['has no answer', () => new Promise<never>(() => undefined)],
    ])('tries again where its question %s', async (_, answer) => {
      miss(['missed']);
      jest.spyOn(log, 'read').mockImplementationOnce(answer);
      log.append(['next']);
      await pass(0);
      expect(here.dropped).toEqual(['next']);
      expect(link.isProven).toBe(false);
      await pass(2_000 + 2 * BEAT_MS);
      expect(here.dropped).toContain('missed');
      expect(link.state).toBe('coherent');
      expect(here.gate.errors).toBe(1);
    });
  });
});
