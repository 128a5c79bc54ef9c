import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { marketDataQueue } from '../market-data.queues.js';
import { CacheWarming } from './cache-warming.js';

@Injectable()
export class MarketDataProcessor {
  constructor(queues: Queues, warming: CacheWarming) {
    queues.process(marketDataQueue, { 'warm-caches': (job) => warming.warm(job) });
  }
}
