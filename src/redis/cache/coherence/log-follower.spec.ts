import fc from 'fast-check';
import { LogFollower, type LogEntry, type LogPosition } from './log-follower.js';

const EMPTY: LogPosition = { seq: 0, nonce: '' };

/** A log that may forget its beginning, lose its end, or all, and the way from it to one follower. */
class UnreliableLog {
  /** Since its beginning, with what was trimmed. */
  history: LogEntry[] = [];
  /** How many of them are no longer kept. */
  trimmed = 0;
  /** On their way to the follower. */
  underWay: LogEntry[] = [];
  #nonces = 0;

  get head(): LogPosition {
    const { seq, nonce } = this.history.at(-1) ?? EMPTY;
    return { seq, nonce };
  }

  append(): void {
    this.#nonces += 1;
    const { seq, nonce: previous } = this.head;
    const nonce = `n${this.#nonces}`;
    const entry = { seq: seq + 1, nonce, previous, origin: 'x', names: [nonce] };
    this.history.push(entry);
    this.underWay.push(entry);
  }

  trim(keep: number): void {
    this.trimmed = Math.max(this.trimmed, this.history.length - keep);
  }

  /** As a server that comes back with what it had written down: nothing, or all but the end. */
  lose(count: number): void {
    this.history = this.history.slice(0, Math.max(0, this.history.length - count));
    if (this.history.length > this.trimmed) return;
    this.history = [];
    this.trimmed = 0;
  }

  read({ seq }: LogPosition): LogEntry[] {
    return this.history.slice(this.trimmed).filter((entry) => entry.seq >= seq);
  }

  holds({ seq, nonce }: LogPosition): boolean {
    return seq === 0 || this.history[seq - 1]?.nonce === nonce;
  }
}

/** Follows the log as the link does, and notes what it was told to drop. */
class Follower {
  readonly follower = new LogFollower();
  readonly dropped = new Set<string>();

  constructor(private readonly log: UnreliableLog) {}

  receive(entry: LogEntry): void {
    for (const name of entry.names) this.dropped.add(name);
    if (this.follower.receive(entry) === 'gap') this.catchUp();
  }

  beat(): 'current' | 'gap' {
    const proof = this.follower.check(this.log.head);
    if (proof === 'gap') this.catchUp();
    return proof;
  }

  catchUp(): void {
    const { position } = this.follower;
    const known = position === undefined ? [] : this.log.read(position);
    const result = this.follower.catchUp(known, this.log.head);
    const isKnown = position !== undefined && this.log.holds(position);
    if (result.kind === 'missed') {
      // Never for another history: what was lost of the one before would stay unnoticed.
      expect(isKnown).toBe(true);
      expect(result.entries).toEqual(this.log.history.slice(position?.seq));
      for (const { names } of result.entries) for (const name of names) this.dropped.add(name);
      return;
    }
    if (position !== undefined && !isKnown && position.seq > this.log.trimmed) {
      expect(result.kind).toBe('history-lost');
    }
    for (const { nonce } of this.log.history) this.dropped.add(nonce);
  }
}

type Act = (log: UnreliableLog, follower: Follower) => void;

const named = (name: string, act: Act): Act =>
  Object.assign(act, { [fc.toStringMethod]: () => name });
const at = (log: UnreliableLog, place: number): number =>
  Math.floor(place * log.underWay.length) % Math.max(1, log.underWay.length);

/** @param place 0–1: which of those under way */
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(named('append', (log) => log.append())) },
  {
    weight: 6,
    arbitrary: fc.constant(
      named('deliver', (log, follower) => {
        const entry = log.underWay.shift();
        if (entry !== undefined) follower.receive(entry);
      }),
    ),
  },
  fc.double({ min: 0, max: 1, noNaN: true }).map((place) =>
    named(`deliver out of order ${place}`, (log, follower) => {
      const [entry] = log.underWay.splice(at(log, place), 1);
      if (entry !== undefined) follower.receive(entry);
    }),
  ),
  fc.double({ min: 0, max: 1, noNaN: true }).map((place) =>
    named(`deliver twice ${place}`, (log, follower) => {
      const entry = log.underWay[at(log, place)];
      if (entry !== undefined) follower.receive(entry);
    }),
  ),
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((place) => named(`miss ${place}`, (log) => void log.underWay.splice(at(log, place), 1))),
  // Redis keeps the last entry of all: it is what tells the head.
  fc.integer({ min: 1, max: 6 }).map((keep) => named(`trim to ${keep}`, (log) => log.trim(keep))),
  fc.integer({ min: 1, max: 5 }).map((count) => named(`lose ${count}`, (log) => log.lose(count))),
  fc.constant(named('lose all', (log) => log.lose(Infinity))),
  fc.constant(named('beat', (_, follower) => void follower.beat())),
);

describe('a follower of the log', () => {
  it('has dropped all that the log holds up to its head whenever it says that it is current', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const log = new UnreliableLog();
        const follower = new Follower(log);
        for (const one of [...acts, named('beat', (_, it) => void it.beat())]) {
          one(log, follower);
          if (follower.follower.check(log.head) !== 'current') continue;
          const missed = log.history.filter(({ nonce }) => !follower.dropped.has(nonce));
          expect(missed).toEqual([]);
        }
        // And it does get there: after one look at the log it stands at its head.
        follower.beat();
        expect(follower.beat()).toBe('current');
      }),
      { numRuns: 2_000 },
    );
  });

  const entry = (seq: number, nonce: string, previous: string): LogEntry => ({
    ...{ seq, nonce, previous },
    origin: 'x',
    names: [],
  });
  const standingAt = (position: LogPosition): LogFollower => {
    const follower = new LogFollower();
    follower.catchUp([], position);
    return follower;
  };

  it('knows nothing before its first look, not even of an empty log', () => {
    const follower = new LogFollower();
    expect(follower.position).toBeUndefined();
    expect(follower.check(EMPTY)).toBe('gap');
    expect(follower.receive(entry(1, 'a', ''))).toBe('gap');
    expect(follower.catchUp([], EMPTY)).toEqual({ kind: 'trimmed', head: EMPTY });
    expect(follower.check(EMPTY)).toBe('current');
  });

  it('goes along with each next entry, and takes a repeated one for known', () => {
    const follower = standingAt(EMPTY);
    expect(follower.receive(entry(1, 'a', ''))).toBe('next');
    expect(follower.receive(entry(2, 'b', 'a'))).toBe('next');
    expect(follower.receive(entry(2, 'b', 'a'))).toBe('old');
    expect(follower.receive(entry(1, 'a', ''))).toBe('old');
    expect(follower.position).toEqual({ seq: 2, nonce: 'b' });
  });

  it.each([
    ['one that skips another', entry(4, 'd', 'c')],
    ['the next one of another history', entry(3, 'c', 'other')],
    ['another one of its own number', entry(2, 'other', 'a')],
  ])('sees a gap before %s', (_, pushed) => {
    const follower = standingAt({ seq: 2, nonce: 'b' });
    expect(follower.receive(pushed)).toBe('gap');
    expect(follower.position).toEqual({ seq: 2, nonce: 'b' });
  });

  it('catches up with what was missed', () => {
    const follower = standingAt({ seq: 2, nonce: 'b' });
    const missed = [entry(3, 'c', 'b'), entry(4, 'd', 'c')];
    const known = [entry(2, 'b', 'a'), ...missed];
    expect(follower.catchUp(known, { seq: 4, nonce: 'd' })).toEqual({
      kind: 'missed',
      entries: missed,
    });
    expect(follower.position).toEqual({ seq: 4, nonce: 'd' });
  });

  it('says that something was trimmed where its own position is no longer there', () => {
    const follower = standingAt({ seq: 2, nonce: 'b' });
    const head = { seq: 9, nonce: 'i' };
    expect(follower.catchUp([entry(8, 'h', 'g'), entry(9, 'i', 'h')], head)).toEqual({
      kind: 'trimmed',
      head,
    });
  });

  it.each<[string, LogEntry[]]>([
    ['is empty', []],
    ['is shorter', [entry(1, 'a', '')]],
    ['has something else in its place', [entry(2, 'other', 'a')]],
    ['has grown past it with something else', [entry(2, 'other', 'a'), entry(3, 'c', 'other')]],
    ['does not go on where it began', [entry(2, 'b', 'a'), entry(3, 'c', 'other')]],
  ])('notices that history was lost where the log %s', (_, log) => {
    const follower = standingAt({ seq: 2, nonce: 'b' });
    const { seq, nonce } = log.at(-1) ?? EMPTY;
    const known = log.filter((one) => one.seq >= 2);
    expect(follower.catchUp(known, { seq, nonce }).kind).toBe('history-lost');
  });
});
