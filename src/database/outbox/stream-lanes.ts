import { Logger } from '@nestjs/common';
import { DELIVERY_MS, LEASE_MS, POLL_MS, type DeliveryAttempt } from './outbox-delivery.js';
import type { OutboxRepository } from './outbox.repository.js';
import type { OutboxRow } from './outbox.table.js';

/** Streams that one process delivers at the same time. */
const LANES = 8;
const ROWS_PER_CLAIM = 20;
const MISSED_RETRY_MS = 50;

/**
 * Delivers streams side by side, the rows of each one after the other. A row that fails holds back those after it,
 * and no other stream.
 */
export class StreamLanes {
  readonly #logger = new Logger('OutboxRelay');
  /** Streams that may have something due. */
  readonly #waiting = new Set<string>();
  /** Streams under way, each with the end of it. */
  readonly #busy = new Map<string, Promise<void>>();
  /** Streams of which a claim has got nothing. */
  readonly #missed = new Set<string>();
  /** Of streams whose first row is tried again soon; what waits for longer is found by the next look at all. */
  readonly #retries = new Set<NodeJS.Timeout>();
  #claiming: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly rows: OutboxRepository,
    private readonly attempt: DeliveryAttempt,
  ) {}

  add(streams: Iterable<string>): void {
    for (const stream of streams) this.#waiting.add(stream);
    this.#wake();
  }

  /** Resolves when the deliveries under way have ended; no other begins. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#retries) clearTimeout(timer);
    await this.#claiming;
    await Promise.all(this.#busy.values());
  }

  #wake(): void {
    if (this.#stopped || this.#claiming !== undefined || this.#ready().length === 0) return;
    this.#claiming = this.#claim()
      // What was not claimed is found again by the next look at all streams.
      .catch((error: unknown) => this.#logger.error({ message: 'outbox claim failed', err: error }))
      .finally(() => {
        this.#claiming = undefined;
        this.#wake();
      });
  }

  #ready(): string[] {
    const free = LANES - this.#busy.size;
    if (free <= 0) return [];
    const ready: string[] = [];
    for (const stream of this.#waiting) {
      if (ready.length === free) break;
      if (!this.#busy.has(stream)) ready.push(stream);
    }
    return ready;
  }

  async #claim(): Promise<void> {
    const streams = this.#ready();
    // Before the claim: what is announced during it may be too late for it.
    for (const stream of streams) this.#waiting.delete(stream);
    const deadlineMs = performance.now() + DELIVERY_MS;
    const claimed = byStream(await this.rows.claimStreams(streams, ROWS_PER_CLAIM, LEASE_MS));
    for (const stream of streams) this.#noteClaim(stream, claimed.has(stream));
    for (const [stream, own] of claimed) {
      const lane = this.#deliver(own, deadlineMs)
        .catch((error: unknown) => {
          // Leased until its lease ends.
          this.#logger.error({ message: 'outbox rows not settled', err: error, stream });
          return false;
        })
        .then((mayHaveMore) => {
          this.#busy.delete(stream);
          if (mayHaveMore) this.#waiting.add(stream);
          this.#wake();
        });
      this.#busy.set(stream, lane);
    }
  }

  /** @returns whether the stream may have more that is due. */
  async #deliver(rows: readonly OutboxRow[], deadlineMs: number): Promise<boolean> {
    const [head] = rows;
    if (head === undefined) return false;
    const delivered: string[] = [];
    for (const row of rows) {
      if (this.#stopped || performance.now() > deadlineMs) {
        const untried = { id: head.id, delayMs: 0, attempts: head.attempts - 1 };
        await this.rows.settle(head, delivered, row === head ? untried : undefined);
        return true;
      }
      const delay = await this.attempt.deliver(row);
      if (delay !== undefined) {
        await this.rows.settle(head, delivered, { ...delay, attempts: row.attempts });
        if (row.stream !== null) this.#retry(row.stream, delay.delayMs);
        return false;
      }
      delivered.push(row.id);
    }
    return this.rows.settle(head, delivered);
  }

  /** Another process that has the stream may not see what was just written: it is asked for once more. */
  #noteClaim(stream: string, isMine: boolean): void {
    if (this.#missed.delete(stream) || isMine) return;
    this.#missed.add(stream);
    this.#retry(stream, MISSED_RETRY_MS);
  }

  #retry(stream: string, delayMs: number): void {
    if (this.#stopped || delayMs >= POLL_MS) return;
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.add([stream]);
    }, delayMs);
    this.#retries.add(timer);
  }
}

function byStream(rows: readonly OutboxRow[]): Map<string, OutboxRow[]> {
  const streams = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const stream = row.stream ?? '';
    const own = streams.get(stream);
    if (own) own.push(row);
    else streams.set(stream, [row]);
  }
  return streams;
}
