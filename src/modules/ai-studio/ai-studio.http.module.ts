import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/index.js';
import { AiStudioModule } from './ai-studio.module.js';
import { ModelsController } from './models/models.controller.js';
import { StudioController } from './studio.controller.js';
import { TrainingsController } from './training/trainings.controller.js';

@Module({
  imports: [HttpModule, AiStudioModule],
  controllers: [StudioController, ModelsController, TrainingsController],
})
export class AiStudioHttpModule {}
