import { AppError } from '../../kernel/app-error.js';
import type { FoundSession, SessionRecords } from '../../kernel/session-records.js';

const MAX_QUERIES = 2;
const MAX_HASHES_PER_QUERY = 200;
const MAX_WAITING = 10_000;

interface Waiting {
  readonly promise: Promise<FoundSession | undefined>;
  readonly resolve: (record: FoundSession | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads records one by one as long as that is fast enough, and many in one query when it is not: a
 * burst of tokens, known or made up, takes no more than two connections from everybody else.
 */
export class RecordLookup {
  readonly #records: SessionRecords;
  readonly #waiting = new Map<string, Waiting>();
  #running = 0;

  constructor(records: SessionRecords) {
    this.#records = records;
  }

  /**
   * What the records say after this call; an answer that was asked for before is never shared.
   * @throws AppError `session.unavailable` when too many wait already; what the records throw.
   */
  find(tokenHash: string): Promise<FoundSession | undefined> {
    const known = this.#waiting.get(tokenHash);
    if (known !== undefined) return known.promise;
    if (this.#waiting.size >= MAX_WAITING) {
      throw new AppError('unavailable', 'session.unavailable', 'too many sessions to check now');
    }
    const waiting = createWaiting();
    this.#waiting.set(tokenHash, waiting);
    if (this.#running < MAX_QUERIES) void this.#readAll();
    return waiting.promise;
  }

  async #readAll(): Promise<void> {
    this.#running += 1;
    while (this.#waiting.size > 0) {
      const batch = new Map([...this.#waiting].slice(0, MAX_HASHES_PER_QUERY));
      for (const hash of batch.keys()) this.#waiting.delete(hash);
      await this.#read(batch);
    }
    this.#running -= 1;
  }

  async #read(batch: ReadonlyMap<string, Waiting>): Promise<void> {
    try {
      const found = await this.#records.find([...batch.keys()]);
      const byHash = new Map(found.map((record) => [record.tokenHash, record]));
      for (const [hash, { resolve }] of batch) resolve(byHash.get(hash));
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    }
  }
}

function createWaiting(): Waiting {
  let resolve!: Waiting['resolve'];
  let reject!: Waiting['reject'];
  const promise = new Promise<FoundSession | undefined>((onFound, onFault) => {
    resolve = onFound;
    reject = onFault;
  });
  return { promise, resolve, reject };
}
