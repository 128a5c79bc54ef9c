import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiGatewayTimeoutResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, MaxInFlight, SignedIn } from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
import {
  chatAnswerSchema,
  chatRequestSchema,
  quotaSchema,
  type ChatAnswer,
  type ChatRequest,
  type Quota,
} from './ai-chat.dto.js';
import { AiChatService } from './ai-chat.service.js';
import { QuotaService } from './quota/quota.service.js';

@ApiTags('ai')
@SignedIn()
@Controller('api/ai')
export class AiChatController {
  constructor(
    private readonly chat: AiChatService,
    private readonly quotas: QuotaService,
  ) {}

  @MaxInFlight('ai.chat')
  @Post('chat')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask about your account and the market' })
  @ApiOkResponse({ standardSchema: chatAnswerSchema })
  @ApiBadRequestResponse({ description: 'request.invalid, ai.prompt_too_long' })
  @ApiUnprocessableEntityResponse({ description: 'ai.unknown_symbol' })
  @ApiTooManyRequestsResponse({
    description: 'ai.quota_exceeded, with details.resetAt; in_flight.exceeded',
  })
  @ApiServiceUnavailableResponse({ description: 'ai.model_unavailable' })
  @ApiGatewayTimeoutResponse({ description: 'ai.model_timeout' })
  ask(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: chatRequestSchema }) request: ChatRequest,
  ): Promise<ChatAnswer> {
    return this.chat.ask(userId, request);
  }

  @Get('quota')
  @ApiOperation({ summary: 'How many questions you have left today (UTC)' })
  @ApiOkResponse({ standardSchema: quotaSchema })
  quota(@CurrentPrincipal() { userId }: Principal): Promise<Quota> {
    return this.quotas.view(userId);
  }
}
