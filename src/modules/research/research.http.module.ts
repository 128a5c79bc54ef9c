import { Module } from '@nestjs/common';
import { ResearchModule } from './research.module.js';

@Module({ imports: [ResearchModule] })
export class ResearchHttpModule {}
