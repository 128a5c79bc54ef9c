/** A reading is worth nothing after this: the clock may have been set, or another server have taken its place. */
const READING_MS = 250;

/** An answer that took longer is not remembered: what it showed may be as old, and a write seems late that is not. */
const MAX_ROUND_TRIP_MS = 100;

export interface Reading {
  readonly serverMs: number;
  /** On the monotonic clock. */
  readonly receivedAtMs: number;
}

/** What the server's clock shows at a moment, or less: whole ms since 1970. @param atMs on the monotonic clock */
export function earliestAt({ serverMs, receivedAtMs }: Reading, atMs: number): number {
  return Math.floor(serverMs + atMs - receivedAtMs);
}

/**
 * What the clocks of servers showed last. No clock is compared with ours: a moment soon after an answer arrived comes
 * as long after that answer was made, or longer.
 */
export class ServerClocks {
  readonly #readings = new Map<string, Reading>();
  readonly #asked = new Map<string, Promise<Reading>>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /**
   * Reads a clock; one that is being read is not asked again.
   * @param ask for ms since 1970. Rejects as it does
   */
  read(server: string, ask: () => Promise<number>): Promise<Reading> {
    const asked =
      this.#asked.get(server) ?? this.#read(server, ask).finally(() => this.#asked.delete(server));
    this.#asked.set(server, asked);
    return asked;
  }

  /** Forgets all servers but these. */
  retain(servers: ReadonlySet<string>): void {
    for (const known of this.#readings.keys()) {
      if (!servers.has(known)) this.#readings.delete(known);
    }
  }

  /** {@link earliestAt} by the last reading; undefined: there is none of late. */
  earliest(server: string, atMs: number): number | undefined {
    const reading = this.#readings.get(server);
    if (reading === undefined || this.nowMs() - reading.receivedAtMs > READING_MS) return undefined;
    return earliestAt(reading, atMs);
  }

  async #read(server: string, ask: () => Promise<number>): Promise<Reading> {
    const sentAtMs = this.nowMs();
    const serverMs = await ask();
    const receivedAtMs = this.nowMs();
    const reading = { serverMs, receivedAtMs };
    if (receivedAtMs - sentAtMs <= MAX_ROUND_TRIP_MS) this.#readings.set(server, reading);
    return reading;
  }
}
