import { Slot } from '../slot.js';
import { allAbandoned, Flights, gaveUp, type Flight } from './flight.js';

const slotAt = (since: number) => new Slot('k', 'general:k', [], since);

describe('searches for a key', () => {
  let invalidatedAt: number;
  let flights: Flights<number>;
  let land: (value: number) => void;
  let crash: (error: Error) => void;
  beforeEach(() => {
    invalidatedAt = 0;
    flights = new Flights(({ since }) => since >= invalidatedAt);
  });

  const start = (since = 0) => {
    const flight = flights.start('k', slotAt(since), (own) => {
      const found = new Promise<number>((resolve, reject) => {
        land = resolve;
        crash = reject;
      });
      return found.finally(() => flights.land('k', own));
    });
    return { flight, abandoned: allAbandoned([flight]) };
  };

  it('are shared while they last, and gone when they have landed', async () => {
    const { flight } = start();
    expect(flights.get('k')).toBe(flight);
    expect(flights.get('other')).toBeUndefined();
    const answers = [flight.join(undefined), flight.join(new AbortController().signal)];
    land(1);
    expect(await Promise.all(answers)).toEqual([1, 1]);
    expect(flights.get('k')).toBeUndefined();
  });

  it('give their error to all who joined, and are gone then too', async () => {
    const { flight } = start();
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
    const { flight } = start();
    const landed = old.flight.join(undefined);
    landOld(1);
    await landed;
    expect(flights.get('k')).toBe(flight);
  });

  describe('whose readers give up', () => {
    it('go on while one of them stays, and are abandoned with the last', async () => {
      const { flight, abandoned } = start();
      const [one, other] = [new AbortController(), new AbortController()];
      const answers = [flight.join(one.signal), flight.join(other.signal)];
      one.abort(new Error('no time'));
      await expect(answers[0]).rejects.toThrow('no time');
      expect(abandoned.aborted).toBe(false);
      other.abort('no patience');
      await expect(answers[1]).rejects.toThrow('no patience');
      expect(abandoned.aborted).toBe(true);
      expect(flights.get('k')).toBeUndefined();
    });

    it('are never abandoned once somebody joined who cannot give up', async () => {
      const { flight, abandoned } = start();
      const one = new AbortController();
      const gone = flight.join(one.signal);
      const stays = flight.join(undefined);
      one.abort(new Error('no time'));
      await expect(gone).rejects.toThrow('no time');
      expect(abandoned.aborted).toBe(false);
      land(1);
      expect(await stays).toBe(1);
    });

    it('are not abandoned by who gives up after he got his answer', async () => {
      const { flight, abandoned } = start();
      const one = new AbortController();
      const answer = flight.join(one.signal);
      land(1);
      expect(await answer).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      one.abort(new Error('no time'));
      expect(abandoned.aborted).toBe(false);
    });

    it('tell one signal for many when the last of them is abandoned, whichever came first', async () => {
      const many = ['a', 'b', 'c'].map((key) =>
        flights.start(key, slotAt(0), () => new Promise<number>(() => undefined)),
      );
      const readers = many.map(() => new AbortController());
      const gone = many.map((one, i) => one.join(readers[i]?.signal).catch(() => 'gone'));
      readers[1]?.abort(new Error('before'));
      const all = allAbandoned(many);
      readers[2]?.abort(new Error('no time'));
      expect(all.aborted).toBe(false);
      readers[0]?.abort(new Error('the last'));
      expect(all.reason).toMatchObject({ message: 'the last' });
      expect(await Promise.all(gone)).toEqual(['gone', 'gone', 'gone']);
    });

    it('are not begun for who had given up before he came', async () => {
      await expect(gaveUp(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
      await expect(gaveUp(AbortSignal.abort('no error'))).rejects.toThrow('no error');
    });

    it('let go at once who gave up meanwhile, and end when he was the only one', async () => {
      const { flight, abandoned } = start();
      const stays: Flight<number> = flight;
      await expect(stays.join(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
      expect(abandoned.aborted).toBe(true);
    });
  });
});
