import { Module } from '@nestjs/common';
import { AiStudioModule } from './ai-studio.module.js';

@Module({ imports: [AiStudioModule] })
export class AiStudioHttpModule {}
