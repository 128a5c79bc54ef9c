import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { MarketDataModule } from '../market-data/index.js';
import { AnalysisService } from './analysis/analysis.service.js';
import { FileNews, FileStatements } from './files/file.providers.js';
import { readResearchFolder, type ResearchFolder } from './files/research-folder.js';
import { NewsProvider, StatementsProvider } from './research.provider.js';
import { ResearchService } from './research.service.js';

const SAMPLE_DATA = fileURLToPath(new URL('./sample-data', import.meta.url));
const RESEARCH_FOLDER = Symbol('ResearchFolder');

@Module({
  imports: [MarketDataModule],
  providers: [
    {
      provide: RESEARCH_FOLDER,
      inject: [Config],
      useFactory: ({ research }: Config) => readResearchFolder(research.dataDir ?? SAMPLE_DATA),
    },
    {
      provide: StatementsProvider,
      inject: [RESEARCH_FOLDER],
      useFactory: (folder: ResearchFolder) => new FileStatements(folder),
    },
    {
      provide: NewsProvider,
      inject: [RESEARCH_FOLDER],
      useFactory: (folder: ResearchFolder) => new FileNews(folder),
    },
    ResearchService,
    AnalysisService,
  ],
  exports: [ResearchService, AnalysisService],
})
export class ResearchModule {}
