import { Module } from '@nestjs/common';
import { TradingModule } from '../trading/index.js';
import { PortfolioService } from './portfolio.service.js';

@Module({ imports: [TradingModule], providers: [PortfolioService], exports: [PortfolioService] })
export class PortfolioModule {}
