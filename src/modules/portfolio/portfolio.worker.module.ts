import { Module } from '@nestjs/common';
import { EquityProcessor } from './equity/equity.processor.js';
import { PortfolioModule } from './portfolio.module.js';

@Module({ imports: [PortfolioModule], providers: [EquityProcessor] })
export class PortfolioWorkerModule {}
