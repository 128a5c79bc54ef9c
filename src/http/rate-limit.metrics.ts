import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { RateLimiter, type RateLimiterStatus } from '../kernel/rate-limiter.js';
import { MetricsRegistry } from './metrics-registry.js';
import type { CheckedLimit } from './rate-limit.headers.js';

const MODES: readonly RateLimiterStatus['mode'][] = ['alone', 'shared', 'local'];

/** What the limits of this process did, and how they are counted. */
@Injectable()
export class RateLimitMetrics {
  readonly #checks: Counter<'policy' | 'outcome'>;

  constructor(registry: MetricsRegistry, limiter: RateLimiter) {
    this.#checks = new Counter({
      name: 'bourse_rate_limit_checks_total',
      help: 'Calls held to a limit: allowed, refused, or shadow-refused (let through, and counted as if not)',
      labelNames: ['policy', 'outcome'],
      registers: [registry],
    });
    new Gauge({
      name: 'bourse_rate_limit_mode',
      help: '1 for the way in which limits are counted, 0 for the rest',
      labelNames: ['mode'],
      registers: [registry],
      collect() {
        const current = limiter.status().mode;
        for (const mode of MODES) this.set({ mode }, mode === current ? 1 : 0);
      },
    });
    const show = (name: string, help: string, of: (status: RateLimiterStatus) => number) =>
      new Gauge({
        name: `bourse_rate_limit_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(of(limiter.status()));
        },
      });
    show(
      'instances',
      'Processes that take calls and share the limits',
      ({ instances }) => instances,
    );
    show('owed_subjects', 'Subjects whose units Redis is still to be told of', (status) => {
      return status.owedSubjects;
    });
    show('errors', 'Calls to Redis that failed or took too long since the start', ({ errors }) => {
      return errors;
    });
    show('losses', 'Times since the start that Redis had lost its counts', ({ losses }) => losses);
  }

  count(limits: readonly CheckedLimit[]): void {
    for (const { policy, decision } of limits) {
      this.#checks.inc({ policy: policy.name, outcome: outcomeOf(decision) });
    }
  }
}

function outcomeOf({ allowed, exceeded }: CheckedLimit['decision']): string {
  if (!allowed) return 'refused';
  return exceeded ? 'shadow-refused' : 'allowed';
}
