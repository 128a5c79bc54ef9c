import type { Slot } from '../slot.js';

/** One search for a key, shared by all who ask for it meanwhile. */
export class Flight<Value> {
  #answer: Promise<Value> | undefined;
  /** Those who still wait; Infinity once somebody joined who cannot give up. */
  #waiting = 0;
  // Made when it is asked for: a signal costs more than all the rest of a read.
  #abandoned: AbortController | undefined;

  constructor(readonly slot: Slot) {}

  /** Aborted when all who joined with a signal of their own have given up. */
  get abandoned(): AbortSignal {
    this.#abandoned ??= new AbortController();
    return this.#abandoned.signal;
  }

  get isAbandoned(): boolean {
    return this.#abandoned?.signal.aborted === true;
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
    if (this.#waiting > 0) return;
    this.#abandoned ??= new AbortController();
    this.#abandoned.abort(reasonOf(signal));
    // Nobody is left who would take its end.
    this.#answer?.catch(() => undefined);
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

/** What a reader gets who has given up. */
export function gaveUp(signal: AbortSignal): Promise<never> {
  return Promise.reject(reasonOf(signal));
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
