interface Flight<T> {
  readonly result: Promise<T>;
  readonly canJoin: () => boolean;
}

/** Runs work of one id once for all who ask for it meanwhile. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /**
   * @param canJoin whether the result of this flight, once begun, is still good for who comes then.
   */
  run(id: string, start: () => Promise<T>, canJoin: () => boolean): Promise<T> {
    const running = this.#flights.get(id);
    if (running?.canJoin()) return running.result;
    const flight: Flight<T> = { result: start(), canJoin };
    this.#flights.set(id, flight);
    const land = (): void => {
      // A newer flight may have taken the place.
      if (this.#flights.get(id) === flight) this.#flights.delete(id);
    };
    flight.result.then(land, land);
    return flight.result;
  }
}
