import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageOf,
  pageQuerySchema,
  SignedIn,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  createModelSchema,
  modelSchema,
  performanceSchema,
  predictionSchema,
  type CreateModel,
  type Model,
  type Performance,
  type Prediction,
} from '../ai-studio.dto.js';
import { ForecastsService } from './forecasts.service.js';
import { ModelsService } from './models.service.js';

@ApiTags('ai-studio')
@SignedIn()
@Controller('api/studio/models')
export class ModelsController {
  constructor(
    private readonly models: ModelsService,
    private readonly forecasts: ForecastsService,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Describe a model: what it forecasts, and from what' })
  @ApiCreatedResponse({ standardSchema: modelSchema })
  @ApiUnprocessableEntityResponse({
    description: 'ai_studio.unknown_symbol, ai_studio.range_too_long',
  })
  create(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: createModelSchema }) model: CreateModel,
  ): Promise<Model> {
    return this.models.create(userId, model);
  }

  @Get()
  @ApiOperation({ summary: 'Your models, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(modelSchema) })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: pageQuerySchema }) { cursor, limit }: PageQuery,
  ): Promise<Page<Model>> {
    return this.models.list(userId, cursor, limit);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One model of yours' })
  @ApiOkResponse({ standardSchema: modelSchema })
  @ApiNotFoundResponse({ description: 'ai_studio.model_not_found' })
  get(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Model> {
    return this.models.get(userId, id);
  }

  @Get(':id/performance')
  @ApiOperation({ summary: 'How well the newest version did on bars it had not seen' })
  @ApiOkResponse({ standardSchema: performanceSchema })
  @ApiNotFoundResponse({ description: 'ai_studio.model_not_found' })
  @ApiConflictResponse({ description: 'ai_studio.not_trained' })
  performance(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
  ): Promise<Performance> {
    return this.forecasts.performance(userId, id);
  }

  @Post(':id/predict')
  @HttpCode(200)
  @ApiOperation({ summary: 'How likely the next bar closes higher, and from which figures' })
  @ApiOkResponse({ standardSchema: predictionSchema })
  @ApiNotFoundResponse({ description: 'ai_studio.model_not_found' })
  @ApiConflictResponse({ description: 'ai_studio.not_trained' })
  @ApiUnprocessableEntityResponse({
    description: 'ai_studio.too_few_bars, ai_studio.unknown_symbol',
  })
  predict(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Prediction> {
    return this.forecasts.predict(userId, id);
  }
}
