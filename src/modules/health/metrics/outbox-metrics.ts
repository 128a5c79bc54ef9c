import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { OutboxInspector } from '../../../database/index.js';
import { MetricsRegistry } from '../../../http/index.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { remembered } from '../../../kernel/remembered.js';

const FRESH_MS = 5 * SECOND_MS;

/** What waits for its delivery: the same from every process. There is no series while it is not known. */
@Injectable()
export class OutboxMetrics {
  constructor(registry: MetricsRegistry, outbox: OutboxInspector) {
    const figures = remembered(FRESH_MS, () => outbox.figures().catch(() => undefined));
    const show = (
      name: string,
      help: string,
      of: (known: NonNullable<Awaited<ReturnType<typeof figures>>>) => number,
    ) => {
      new Gauge({
        name: `bourse_outbox_${name}`,
        help,
        registers: [registry],
        async collect() {
          const known = await figures();
          if (known === undefined) this.remove();
          else this.set(of(known));
        },
      });
    };
    show('rows', 'Jobs and events that wait for their delivery', ({ rows }) => rows);
    show('oldest_age_seconds', 'How long the first of them has waited', ({ oldestAgeMs }) => {
      return (oldestAgeMs ?? 0) / 1_000;
    });
    show(
      'failing_rows',
      'Those that fail again and again; each may hold back an account',
      (one) => {
        return one.failing;
      },
    );
  }
}
