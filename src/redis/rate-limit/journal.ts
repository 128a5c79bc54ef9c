import { LRUCache } from 'lru-cache';
import type {
  RateLimitDecision,
  RateLimitPolicy,
  RateLimitVerdict,
} from '../../kernel/rate-limiter.js';
import type { KeyedCheck, OwedUnits } from './keyed-check.js';
import { ruleOf, type LimitRule } from './rules/limit-rule.js';
import { SlidingWindow, stampOf, type Taken } from './rules/sliding-window.js';

/** Coarser than the shared counts: there is one for each subject that this process has seen lately. */
const STEPS = 32;
/** Beyond it the subject that was quiet for longest is forgotten, and what it owes with it. */
const MAX_SUBJECTS = 50_000;

interface Subject {
  policy: RateLimitPolicy;
  rule: LimitRule;
  /** All that this process let through, wherever it was counted. */
  readonly window: SlidingWindow;
  /** What of it Redis is to be told. Oldest first. */
  owed: Taken[];
}

interface Look {
  readonly subject: Subject;
  readonly key: string;
  readonly cost: number;
  readonly share: LimitRule;
  readonly waitUs: number;
}

/**
 * What this process let through within the windows of its policies. While Redis is away it decides by that alone; when
 * Redis is back, it is what Redis has to be told.
 */
export class Journal {
  readonly #nowUs: () => number;
  readonly #subjects: LRUCache<string, Subject>;
  readonly #owing = new Set<string>();

  /** @param nowUs whole µs on a clock that is never set */
  constructor(nowUs: () => number, maxSubjects: number = MAX_SUBJECTS) {
    this.#nowUs = nowUs;
    this.#subjects = new LRUCache({
      max: maxSubjects,
      dispose: (_, key) => this.#owing.delete(key),
    });
  }

  get owedSubjects(): number {
    return this.#owing.size;
  }

  /** Redis has counted these. */
  noteShared(checks: readonly KeyedCheck[], decisions: readonly RateLimitDecision[]): void {
    const nowUs = this.#nowUs();
    for (let i = 0; i < checks.length; i += 1) {
      const check = checks[i];
      if (check === undefined || decisions[i]?.exceeded !== false) continue;
      const { rule, window } = this.#subject(check.key, check.policy);
      window.take(rule, nowUs, check.cost ?? 1);
    }
  }

  /**
   * Decides without Redis: lets through what keeps this process within its share of each limit, and owes it.
   * @param instances processes that the limits are shared among
   */
  decide(checks: readonly KeyedCheck[], instances: number): RateLimitVerdict {
    const nowUs = this.#nowUs();
    const looks = checks.map((check) => this.#look(check, instances, nowUs));
    const allowed = looks.every(({ subject: { policy }, waitUs }) => waitUs === 0 || policy.shadow);
    const decisions = looks.map((look) => this.#settle(look, allowed, nowUs));
    return { allowed, decisions };
  }

  /** Redis has lost its counts: it is owed all that counts. */
  oweAll(): void {
    const nowUs = this.#nowUs();
    for (const [key, { rule, window }] of this.#subjects.entries()) {
      const subject = this.#subjects.peek(key);
      const taken = window.taken(rule, nowUs);
      if (subject === undefined || taken.length === 0) continue;
      subject.owed = [...taken];
      this.#owing.add(key);
    }
  }

  /** What is owed of so many subjects; the caller sees to it from now on, or gives it back. */
  takeOwed(maxSubjects: number): OwedUnits[] {
    const nowUs = this.#nowUs();
    const all: OwedUnits[] = [];
    for (const key of this.#owing) {
      if (all.length === maxSubjects) break;
      this.#owing.delete(key);
      const subject = this.#subjects.peek(key);
      if (subject === undefined) continue;
      const taken = subject.owed.map(({ atUs, units }) => ({ ageUs: nowUs - atUs, units }));
      all.push({ key, policy: subject.policy, taken });
      subject.owed = [];
    }
    return all;
  }

  /** Redis did not take it, as far as is known. */
  giveBack(owed: readonly OwedUnits[]): void {
    const nowUs = this.#nowUs();
    for (const { key, taken } of owed) {
      const subject = this.#subjects.peek(key);
      if (subject === undefined) continue;
      // Its age is of when it was taken out: it counts for a little longer than it would.
      const older = taken.map(({ ageUs, units }) => ({ atUs: nowUs - ageUs, units }));
      subject.owed = [...older, ...subject.owed].sort((a, b) => a.atUs - b.atUs);
      this.#owing.add(key);
    }
  }

  #look(check: KeyedCheck, instances: number, nowUs: number): Look {
    const { policy, key, cost = 1 } = check;
    const subject = this.#subject(key, policy);
    // One call at least, whatever it costs: a limit below the number of processes is not a closed door.
    const limit = Math.max(cost, Math.floor(policy.limit / instances));
    const share = { ...subject.rule, limit };
    const waitUs = policy.whenAway === 'open' ? 0 : subject.window.waitUs(share, nowUs, cost);
    return { subject, key, cost, share, waitUs };
  }

  #settle(
    { subject, key, cost, share, waitUs }: Look,
    allowed: boolean,
    nowUs: number,
  ): RateLimitDecision {
    const { policy, rule, window } = subject;
    const exceeded = waitUs > 0;
    // An open policy lets through more than its limit; counted is no more than that.
    if (allowed && !exceeded && window.remaining(rule, nowUs) >= cost) {
      window.take(rule, nowUs, cost);
      noteOwed(subject, nowUs, cost);
      this.#owing.add(key);
    }
    return {
      allowed: !exceeded || policy.shadow === true,
      exceeded,
      limit: policy.limit,
      remaining: window.remaining(share, nowUs),
      retryAfterMs: Math.ceil(waitUs / 1_000),
      resetMs: Math.ceil(window.resetUs(share, nowUs) / 1_000),
    };
  }

  #subject(key: string, policy: RateLimitPolicy): Subject {
    const known = this.#subjects.get(key);
    if (known === undefined) {
      const rule = ruleOf(policy, STEPS, STEPS);
      const subject: Subject = { policy, rule, window: new SlidingWindow(), owed: [] };
      this.#subjects.set(key, subject);
      return subject;
    }
    if (known.policy !== policy) {
      known.policy = policy;
      known.rule = ruleOf(policy, STEPS, STEPS);
    }
    return known;
  }
}

/** As the window itself remembers it: no longer, and at no more moments. */
function noteOwed({ rule, owed }: Subject, nowUs: number, units: number): void {
  const atUs = stampOf(rule, nowUs);
  const last = owed.at(-1);
  if (last?.atUs === atUs) owed[owed.length - 1] = { atUs, units: last.units + units };
  else owed.push({ atUs, units });
  while ((owed[0]?.atUs ?? nowUs) + rule.windowUs <= nowUs) owed.shift();
}
