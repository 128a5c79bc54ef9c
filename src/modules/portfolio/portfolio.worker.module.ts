import { Module } from '@nestjs/common';
import { PortfolioProcessor } from './portfolio.processor.js';
import { PortfolioModule } from './portfolio.module.js';

@Module({ imports: [PortfolioModule], providers: [PortfolioProcessor] })
export class PortfolioWorkerModule {}
