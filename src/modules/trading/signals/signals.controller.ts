import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, SignedIn } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  createSignalSchema,
  listSignalsSchema,
  signalSchema,
  type CreateSignal,
  type ListSignals,
  type Signal,
} from './signals.dto.js';
import { SignalsService } from './signals.service.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api/signals')
export class SignalsController {
  constructor(private readonly signals: SignalsService) {}

  @Post()
  @ApiOperation({ summary: 'Store a signal of a strategy, and tell your sockets of it at once' })
  @ApiCreatedResponse({ standardSchema: signalSchema })
  @ApiConflictResponse({ description: 'trading.too_many_signals: 200 are valid already' })
  @ApiUnprocessableEntityResponse({
    description: 'trading.unknown_symbol, trading.bad_signal_validity',
  })
  create(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: createSignalSchema }) signal: CreateSignal,
  ): Promise<Signal> {
    return this.signals.create(userId, signal);
  }

  @Get()
  @ApiOperation({ summary: 'Your valid signals, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(signalSchema) })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: listSignalsSchema }) query: ListSignals,
  ): Promise<Page<Signal>> {
    return this.signals.list(userId, query);
  }
}
