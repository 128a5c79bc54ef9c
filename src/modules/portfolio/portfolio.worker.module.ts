import { Module } from '@nestjs/common';
import { PortfolioModule } from './portfolio.module.js';

@Module({ imports: [PortfolioModule] })
export class PortfolioWorkerModule {}
