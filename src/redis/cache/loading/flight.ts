import type { Slot } from '../slot.js';

/** One search for a key, shared by all who ask for it meanwhile. */
export class Flight<Value> {
  #answer: Promise<Value> | undefined;
  /** Those who still wait; Infinity once somebody joined who cannot give up. */
  #waiting = 0;
  #reason: Error | undefined;
  #told: ((reason: Error) => void) | undefined;

  constructor(readonly slot: Slot) {}

  /** Whether all who joined, with signals of their own, have given up. */
  get isAbandoned(): boolean {
    return this.#reason !== undefined;
  }

  /** @param told when it is abandoned, or at once if it is; for one who loads */
  onAbandoned(told: (reason: Error) => void): void {
    if (this.#reason === undefined) this.#told = told;
    else told(this.#reason);
  }

  /** In the step that made it, before anybody joins. */
  begin(answer: Promise<Value>): void {
    this.#answer = answer;
  }

  /**
   * Lets go of the answer: nobody joins any more. The tables of a Map that keys come to and go from hold on to what was
   * deleted until a full collection, and would hold every value with it: 40 % of what a read allocates.
   */
  release(): void {
    this.#answer = undefined;
  }

  /** The answer, or the reason of the reader's own signal. */
  join(signal: AbortSignal | undefined): Promise<Value> {
    const answer = this.#answer as Promise<Value>;
    if (signal === undefined) {
      this.#waiting = Infinity;
      return answer;
    }
    if (signal.aborted) {
      this.#leaveIfLast(signal);
      return Promise.reject(reasonOf(signal));
    }
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting -= 1;
        this.#leaveIfLast(signal);
        reject(reasonOf(signal));
      };
      signal.addEventListener('abort', leave, { once: true });
      const stay = (): void => signal.removeEventListener('abort', leave);
      answer.then(resolve, reject).finally(stay);
    });
  }

  #leaveIfLast(signal: AbortSignal): void {
    if (this.#waiting > 0 || this.#reason !== undefined) return;
    this.#reason = reasonOf(signal);
    // Nobody is left who would take its end.
    this.#answer?.catch(() => undefined);
    this.#told?.(this.#reason);
  }
}

/** The searches under way, by key. */
export class Flights<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** @param isCurrent whether what a search finds is still good for who comes now */
  constructor(private readonly isCurrent: (slot: Slot) => boolean) {}

  /** One that may be joined. */
  get(key: string): Flight<Value> | undefined {
    const flight = this.#flights.get(key);
    return flight && this.isCurrent(flight.slot) && !flight.isAbandoned ? flight : undefined;
  }

  /** @param search has to {@link land} the flight at its end, whatever that is */
  start(key: string, slot: Slot, search: (flight: Flight<Value>) => Promise<Value>): Flight<Value> {
    const flight = new Flight<Value>(slot);
    this.#flights.set(key, flight);
    flight.begin(search(flight));
    return flight;
  }

  /** The search is over: who comes now begins another. */
  land(key: string, flight: Flight<Value>): void {
    // A newer one may have taken the place.
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    flight.release();
  }
}

/**
 * Aborted when all of these searches are abandoned. One signal for all of a load, and none for a search that ends
 * without one: it costs more than all the rest of a read.
 */
export function allAbandoned(flights: readonly Flight<unknown>[]): AbortSignal {
  const all = new AbortController();
  let left = flights.length;
  for (const flight of flights) {
    flight.onAbandoned((reason) => {
      left -= 1;
      if (left === 0) all.abort(reason);
    });
  }
  return all.signal;
}

/** What a reader gets who has given up. */
export function gaveUp(signal: AbortSignal): Promise<never> {
  return Promise.reject(reasonOf(signal));
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
