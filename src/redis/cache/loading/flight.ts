import type { Slot } from '../slot.js';

/** One search for a key, shared by all who ask for it meanwhile. */
export interface Flight<Value> {
  readonly slot: Slot;
  readonly answer: Promise<Value>;
  /** Aborted when all who joined with a signal of their own have given up. */
  readonly abandoned: AbortController;
  /** Those who still wait; Infinity once somebody joined who cannot give up. */
  waiting: number;
}

/** The searches under way, by key. */
export class Flights<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** @param isCurrent whether what a search finds is still good for who comes now */
  constructor(private readonly isCurrent: (slot: Slot) => boolean) {}

  /** One that may be joined. */
  get(key: string): Flight<Value> | undefined {
    const flight = this.#flights.get(key);
    return flight && this.isCurrent(flight.slot) && !flight.abandoned.signal.aborted
      ? flight
      : undefined;
  }

  /** @param search given the signal that all have given up */
  start(
    key: string,
    slot: Slot,
    search: (abandoned: AbortSignal) => Promise<Value>,
  ): Flight<Value> {
    const abandoned = new AbortController();
    const flight = { slot, answer: search(abandoned.signal), abandoned, waiting: 0 };
    this.#flights.set(key, flight);
    const land = (): void => {
      // A newer one may have taken the place.
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.answer.then(land, land);
    return flight;
  }
}

/** The flight's answer, or the reason of the reader's own signal. */
export function join<Value>(
  flight: Flight<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) {
    flight.waiting = Infinity;
    return flight.answer;
  }
  if (signal.aborted) return gaveUp(signal);
  flight.waiting += 1;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      flight.waiting -= 1;
      if (flight.waiting === 0) flight.abandoned.abort(reasonOf(signal));
      reject(reasonOf(signal));
    };
    signal.addEventListener('abort', leave, { once: true });
    flight.answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** What a reader gets who has given up. */
export function gaveUp(signal: AbortSignal): Promise<never> {
  return Promise.reject(reasonOf(signal));
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
