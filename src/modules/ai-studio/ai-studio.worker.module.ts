import { Module } from '@nestjs/common';
import { AiStudioModule } from './ai-studio.module.js';
import { TrainingProcessor } from './training/training.processor.js';

@Module({ imports: [AiStudioModule], providers: [TrainingProcessor] })
export class AiStudioWorkerModule {}
