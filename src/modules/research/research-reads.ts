import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/principal.js';
import { Prefetches, type Prefetch } from '../../redis/index.js';
import { AnalysisService } from './analysis/analysis.service.js';
import type { Horizon } from './analysis/rating.js';
import { analysisPrefetch } from './research.caches.js';

type ResearchRead = 'financials' | 'news' | `analysis:${Horizon}`;

/** What clients read about a company, by session, so that the analysis they are likely to ask for next is there. */
@Injectable()
export class ResearchReads {
  readonly #prefetch: Prefetch<ResearchRead, string>;

  constructor(analyses: AnalysisService, prefetches: Prefetches) {
    const analysis = (horizon: Horizon) => (symbol: string) => analyses.analyse(symbol, horizon);
    this.#prefetch = prefetches.use<ResearchRead, string>(analysisPrefetch, {
      keyOf: (symbol) => symbol,
      loads: {
        // Out of files that are in memory: there is nothing to gain.
        financials: undefined,
        news: undefined,
        'analysis:short': analysis('short'),
        'analysis:medium': analysis('medium'),
        'analysis:long': analysis('long'),
      },
    });
  }

  note({ credential }: Principal, read: ResearchRead, symbol: string): void {
    this.#prefetch.noteRead(credential.id, read, symbol);
  }
}
