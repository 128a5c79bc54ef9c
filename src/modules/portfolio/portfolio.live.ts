import { Injectable } from '@nestjs/common';
import { SECOND_MS } from '../../kernel/duration.js';
import { ChannelRegistry, defineChannel } from '../../realtime/index.js';
import { portfolioSummarySchema } from './portfolio.dto.js';
import { PortfolioService } from './portfolio.service.js';

/** The user's equity and what it is made of, at most every 2 s: whenever more than its time has changed. */
export const portfolioSummaryChannel = defineChannel({
  name: 'portfolio.summary',
  audience: 'user',
  schema: portfolioSummarySchema,
  polled: { everyMs: 2 * SECOND_MS, noNews: ['asOf'] },
});

@Injectable()
export class PortfolioLive {
  constructor(channels: ChannelRegistry, portfolio: PortfolioService) {
    channels.declare(portfolioSummaryChannel, ({ userId = '' }) => portfolio.current(userId));
  }
}
