import { Module } from '@nestjs/common';
import { ResearchController } from './research.controller.js';
import { ResearchReads } from './research-reads.js';
import { ResearchModule } from './research.module.js';

@Module({
  imports: [ResearchModule],
  controllers: [ResearchController],
  providers: [ResearchReads],
})
export class ResearchHttpModule {}
