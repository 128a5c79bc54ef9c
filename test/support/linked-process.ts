import type { CacheEvent } from '../../src/redis/cache/cache.js';
import { CoherenceLink, type Coherent } from '../../src/redis/cache/coherence/coherence-link.js';
import { StoreGate } from '../../src/redis/cache/store/store-gate.js';
import { FakeLog } from './fake-invalidation-log.js';

const CALL_TIMEOUT_MS = 40;
/** Of {@link CoherenceLink}. */
export const BEAT_MS = 100;

/** Lets so much time pass, with all that happens in it; Jest's fake timers must be in use. */
export const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

/** The link of a process whose log and cache are the test's. */
export class LinkedProcess {
  readonly log = new FakeLog();
  readonly events: CacheEvent[] = [];
  /** Names, and 'all'. */
  readonly dropped: string[] = [];
  readonly cache: jest.Mocked<Coherent>;
  readonly gate: StoreGate;
  readonly link: CoherenceLink;
  servers = '';

  constructor() {
    this.log.append([]);
    this.cache = {
      drop: jest.fn((names) => void this.dropped.push(...names)),
      dropAll: jest.fn(() => void this.dropped.push('all')),
      reset: jest.fn(() => Promise.resolve()),
      settleOwed: jest.fn(() => Promise.resolve()),
      readClocks: jest.fn(() => Promise.resolve()),
      settled: jest.fn(),
      serversOf: jest.fn(() => this.servers),
    };
    this.gate = new StoreGate(CALL_TIMEOUT_MS, (isOpen) => this.link.gateChanged(isOpen));
    this.link = new CoherenceLink(this.log.asLog(), this.gate, this.cache, (event) =>
      this.events.push(event),
    );
  }

  /** Past the first look, in which all that was kept is dropped. */
  async begin(): Promise<void> {
    const started = this.link.start(1_000);
    await pass(BEAT_MS);
    await started;
    expect(this.link.state).toBe('coherent');
    this.events.length = 0;
    this.dropped.length = 0;
    this.cache.dropAll.mockClear();
  }

  /** Whether what the process keeps may be served, and what must be strict. */
  get serves(): readonly [plain: boolean, strict: boolean] {
    const nowMs = performance.now();
    return [nowMs < this.link.servesUntilMs, nowMs < this.link.provenUntilMs];
  }

  /** @returns when it was sent */
  async nextBeat(): Promise<number> {
    const sent = this.log.sentAtMs.length;
    while (this.log.sentAtMs.length === sent) await pass(1);
    return performance.now();
  }
}
