import { Module } from '@nestjs/common';
import { ResearchController } from './research.controller.js';
import { ResearchModule } from './research.module.js';

@Module({ imports: [ResearchModule], controllers: [ResearchController] })
export class ResearchHttpModule {}
