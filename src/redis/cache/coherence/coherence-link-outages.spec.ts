import { Logger } from '@nestjs/common';
import { BEAT_MS, LinkedProcess, pass } from '../../../../test/support/linked-process.js';
import { PROOF_MS } from './coherence-link.js';

describe('the link of a process to a log', () => {
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

  describe('to a server that lost its history', () => {
    it.each<[string, () => void]>([
      ['and has an older one', () => (log.entries = log.entries.slice(0, 1))],
      ['and has another one', () => log.lose()],
      [
        'and has another one that is longer',
        () => {
          log.lose();
          for (let i = 0; i < 10; i += 1) log.append([`other ${i}`]);
        },
      ],
    ])('%s: drops all here, and makes all that it holds worthless', async (_, lose) => {
      log.append(['a']);
      log.append(['b']);
      log.isDeaf = true;
      lose();
      log.isDeaf = false;
      cache.reset.mockImplementation(async () => log.append(['~tag:~all'], 'here'));
      await pass(BEAT_MS);
      expect(cache.dropAll).toHaveBeenCalled();
      expect(cache.reset).toHaveBeenCalledTimes(1);
      expect(here.events).toContainEqual({ type: 'reset' });
      await pass(2 * BEAT_MS);
      expect([link.state, link.resets]).toEqual(['coherent', 1]);
    });

    it('is not proven before that is done', async () => {
      let done = (): void => undefined;
      cache.reset.mockReturnValue(new Promise((resolve) => (done = resolve)));
      log.isDeaf = true;
      log.lose();
      log.isDeaf = false;
      await pass(10 * BEAT_MS);
      expect(link.isProven).toBe(false);
      done();
      await pass(BEAT_MS);
      expect(link.isProven).toBe(true);
    });

    it('says it of a Cluster whose servers are others than before', async () => {
      here.servers = 'a,b,c';
      await pass(2 * BEAT_MS);
      expect(cache.reset).not.toHaveBeenCalled();
      // Not known at this moment.
      here.servers = '';
      await pass(2 * BEAT_MS);
      here.servers = 'a,b,d';
      cache.reset.mockRejectedValueOnce(new Error('connection lost'));
      await pass(BEAT_MS);
      expect(cache.dropAll).toHaveBeenCalled();
      expect(link.isProven).toBe(false);
      await pass(2 * BEAT_MS);
      // Until it has been done once.
      expect(cache.reset).toHaveBeenCalledTimes(2);
      await pass(2 * BEAT_MS);
      expect([link.state, cache.reset.mock.calls.length]).toEqual(['coherent', 2]);
    });
  });

  describe('to a store that is away', () => {
    const goAway = async (): Promise<void> => {
      log.isAway = true;
      while (!here.gate.isOpen) await pass(BEAT_MS);
    };

    it('serves what is kept, but not where that must be strict', async () => {
      await goAway();
      expect(link.state).toBe('detached');
      await pass(60_000);
      expect([here.serves[0], here.serves[1], link.state]).toEqual([true, false, 'detached']);
    });

    it('goes on serving while it hears what it asks, and has no answer', async () => {
      log.isMute = true;
      while (!here.gate.isOpen) await pass(BEAT_MS);
      for (let i = 0; i < 100; i += 1) {
        expect(here.serves[0]).toBe(true);
        await pass(50);
      }
      expect(link.state).toBe('detached');
    });

    it('serves nothing that was invalidated meanwhile, from the first moment on in which it is back', async () => {
      await goAway();
      await pass(PROOF_MS);
      log.isDeaf = true;
      log.append(['meanwhile']);
      log.isAway = false;
      // Deaf as yet: the connection of the commands is back first.
      while (here.gate.isOpen) {
        expect(here.dropped).toEqual([]);
        await pass(10);
      }
      expect(here.dropped).toEqual(['meanwhile']);
      expect([here.serves[0], link.state]).toEqual([false, 'remote']);
      log.isDeaf = false;
      await pass(BEAT_MS);
      expect([here.serves[0], link.state]).toEqual([true, 'coherent']);
    });

    it('goes on serving when the messages end as well', async () => {
      await goAway();
      log.told.onSilence();
      expect([here.serves[0], here.serves[1], link.state]).toEqual([true, false, 'detached']);
    });

    it('is not back before the store knows all that it is owed', async () => {
      await goAway();
      log.isAway = false;
      cache.settleOwed.mockRejectedValue(new Error('read only'));
      await pass(5_000);
      expect(link.state).toBe('detached');
      cache.settleOwed.mockResolvedValue(undefined);
      await pass(2_000);
      expect(link.state).toBe('coherent');
    });
  });

  describe('at the start', () => {
    beforeEach(async () => {
      await link.close();
      build();
    });

    it('waits for the first proof, in which all that is kept is dropped', async () => {
      log.pushMs = 30;
      let isStarted = false;
      void link.start(1_000).then(() => (isStarted = true));
      await pass(29);
      expect([isStarted, link.isProven]).toEqual([false, false]);
      await pass(3 * BEAT_MS);
      expect([isStarted, link.state]).toEqual([true, 'coherent']);
      expect(cache.dropAll).toHaveBeenCalledTimes(1);
      // That is no gap: nothing was known before.
      expect(link.gaps).toBe(0);
    });

    it('waits no longer than it is told to', async () => {
      log.isDeaf = true;
      let isStarted = false;
      void link.start(300).then(() => (isStarted = true));
      await pass(250);
      expect(isStarted).toBe(false);
      await pass(150);
      expect([isStarted, link.state]).toEqual([true, 'remote']);
    });
  });
});
