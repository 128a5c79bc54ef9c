import type { Slot } from '../slot.js';
import { Flights, type Flight } from './flight.js';

const slotAt = (since: number): Slot => ({ name: 'general:k', tags: [], since });

describe('searches for a key', () => {
  let invalidatedAt: number;
  let flights: Flights<number>;
  let land: (value: number) => void;
  let crash: (error: Error) => void;
  beforeEach(() => {
    invalidatedAt = 0;
    flights = new Flights(({ since }) => since >= invalidatedAt);
  });

  const start = (since = 0): Flight<number> =>
    flights.start('k', slotAt(since), async (flight) => {
      try {
        return await new Promise<number>((resolve, reject) => {
          land = resolve;
          crash = reject;
        });
      } finally {
        flights.land('k', flight);
      }
    });

  it('are shared while they last, and gone when they have landed', async () => {
    const flight = start();
    expect(flights.get('k')).toBe(flight);
    expect(flights.get('other')).toBeUndefined();
    const answers = [flight.join(undefined), flight.join(new AbortController().signal)];
    land(1);
    expect(await Promise.all(answers)).toEqual([1, 1]);
    expect(flights.get('k')).toBeUndefined();
  });

  it('give their error to all who joined, and are gone then too', async () => {
    const flight = start();
    const answers = [flight.join(undefined), flight.join(new AbortController().signal)];
    crash(new Error('source is down'));
    for (const answer of answers) await expect(answer).rejects.toThrow('source is down');
    expect(flights.get('k')).toBeUndefined();
  });

  it('are not joined by who comes after an invalidation', () => {
    start(1);
    invalidatedAt = 2;
    expect(flights.get('k')).toBeUndefined();
  });

  it('leave the place to a newer one when they land late', async () => {
    const old = start();
    const landOld = land;
    const flight = start();
    landOld(1);
    await old.answer;
    expect(flights.get('k')).toBe(flight);
  });

  describe('whose readers give up', () => {
    it('go on while one of them stays, and are abandoned with the last', async () => {
      const flight = start();
      const [one, other] = [new AbortController(), new AbortController()];
      const answers = [flight.join(one.signal), flight.join(other.signal)];
      one.abort(new Error('no time'));
      await expect(answers[0]).rejects.toThrow('no time');
      expect(flight.isAbandoned).toBe(false);
      other.abort('no patience');
      await expect(answers[1]).rejects.toThrow('no patience');
      expect(flight.isAbandoned).toBe(true);
      expect(flights.get('k')).toBeUndefined();
    });

    it('are never abandoned once somebody joined who cannot give up', async () => {
      const flight = start();
      const one = new AbortController();
      const gone = flight.join(one.signal);
      const stays = flight.join(undefined);
      one.abort(new Error('no time'));
      await expect(gone).rejects.toThrow('no time');
      expect(flight.isAbandoned).toBe(false);
      land(1);
      expect(await stays).toBe(1);
    });

    it('are not abandoned by who gives up after he got his answer', async () => {
      const flight = start();
      const one = new AbortController();
      const answer = flight.join(one.signal);
      land(1);
      expect(await answer).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      one.abort(new Error('no time'));
      expect(flight.isAbandoned).toBe(false);
    });

    it('do not count who had given up before he came', async () => {
      const flight = start();
      const stays = flight.join(undefined);
      const gone = AbortSignal.abort(new Error('gone'));
      await expect(flight.join(gone)).rejects.toThrow('gone');
      expect(flight.isAbandoned).toBe(false);
      land(1);
      expect(await stays).toBe(1);
    });

    it('tell their source, if it asks before or after', async () => {
      const [asked, unasked] = [start(), start()];
      const { abandoned } = asked;
      for (const flight of [asked, unasked]) {
        const one = new AbortController();
        const gone = flight.join(one.signal);
        one.abort(new Error('no time'));
        await expect(gone).rejects.toThrow('no time');
      }
      expect([abandoned.aborted, unasked.abandoned.aborted]).toEqual([true, true]);
    });
  });
});
