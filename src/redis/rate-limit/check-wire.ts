import type {
  RateLimitAlgorithm,
  RateLimitCheck,
  RateLimitDecision,
  RateLimitPolicy,
} from '../../kernel/rate-limiter.js';
import { ruleOf } from './rules/limit-rule.js';

const KIND: Readonly<Record<RateLimitAlgorithm, string>> = {
  'sliding-window': 'S',
  'token-bucket': 'T',
  'fixed-window': 'F',
};

/** The policies of a command, each once. */
export class RuleTable {
  readonly #places = new Map<RateLimitPolicy, number>();

  /** From 1 on. */
  placeOf(policy: RateLimitPolicy): number {
    let place = this.#places.get(policy);
    if (place === undefined) {
      place = this.#places.size + 1;
      this.#places.set(policy, place);
    }
    return place;
  }

  policies(): IterableIterator<RateLimitPolicy> {
    return this.#places.keys();
  }
}

/** ARGV[3] of the scripts that check and merge. */
export function encodeRules(table: RuleTable): string {
  return Array.from(table.policies(), (policy) => {
    const { algorithm, limit, windowUs, blockUs, stepUs } = ruleOf(policy);
    return `${KIND[algorithm]} ${limit} ${windowUs} ${blockUs} ${policy.shadow === true ? 1 : 0} ${stepUs}`;
  }).join(';');
}

/** ARGV[3] and ARGV[4] of the script that checks. @param calls the checks of each call */
export function encodeChecks(calls: readonly (readonly RateLimitCheck[])[]): {
  readonly rules: string;
  readonly calls: string;
} {
  const table = new RuleTable();
  let text = '';
  for (const checks of calls) {
    let before = '';
    for (const { policy, cost = 1 } of checks) {
      text += `${before}${table.placeOf(policy)} ${cost}`;
      before = ',';
    }
    text += ';';
  }
  return { rules: encodeRules(table), calls: text };
}

/** What the script answers of one limit, in three numbers. */
export function decisionOf(
  policy: RateLimitPolicy,
  answer: readonly number[],
  at: number,
): RateLimitDecision {
  const [remaining = 0, retryAfterMs = 0, resetMs = 0] = [
    answer[at],
    answer[at + 1],
    answer[at + 2],
  ];
  const exceeded = retryAfterMs > 0;
  const allowed = !exceeded || policy.shadow === true;
  return { allowed, exceeded, limit: policy.limit, remaining, retryAfterMs, resetMs };
}
