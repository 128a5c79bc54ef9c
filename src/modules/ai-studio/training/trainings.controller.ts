import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, Quota, RateLimit, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { trainingSchema, type Training } from '../ai-studio.dto.js';
import { TrainingsService } from './trainings.service.js';

@ApiTags('ai-studio')
@SignedIn()
@Controller('api/studio')
export class TrainingsController {
  constructor(private readonly trainings: TrainingsService) {}

  @Post('models/:id/train')
  @HttpCode(202)
  @RateLimit('ml.train')
  @Quota('ml.trainings')
  @ApiOperation({
    summary: 'Train a model',
    description: 'Runs in the background; follow it live on ai-studio.training:{id}.',
  })
  @ApiAcceptedResponse({ standardSchema: trainingSchema })
  @ApiNotFoundResponse({ description: 'ai_studio.model_not_found' })
  @ApiConflictResponse({ description: 'ai_studio.training_under_way' })
  @ApiUnprocessableEntityResponse({
    description: 'ai_studio.too_few_rows, ai_studio.range_too_long, ai_studio.unknown_symbol',
  })
  train(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Training> {
    return this.trainings.start(userId, id);
  }

  @Get('trainings/:id')
  @ApiOperation({ summary: 'How far a training of yours is' })
  @ApiOkResponse({ standardSchema: trainingSchema })
  @ApiNotFoundResponse({ description: 'ai_studio.training_not_found' })
  get(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Training> {
    return this.trainings.get(userId, id);
  }

  @Delete('trainings/:id')
  @ApiOperation({ summary: 'Cancel a training that waits or runs' })
  @ApiOkResponse({ standardSchema: trainingSchema })
  @ApiNotFoundResponse({ description: 'ai_studio.training_not_found' })
  @ApiConflictResponse({ description: 'ai_studio.training_final' })
  cancel(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Training> {
    return this.trainings.cancel(userId, id);
  }
}
