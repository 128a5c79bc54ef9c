import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, RateLimit, SignedIn } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  approveSignalSchema,
  autoTradingSchema,
  createSignalSchema,
  listSignalsSchema,
  signalSchema,
  type ApproveSignal,
  type AutoTradingSettings,
  type CreateSignal,
  type ListSignals,
  type Signal,
} from './signals.dto.js';
import { AutoTradingService } from './auto-trading.service.js';
import { SignalDecisions } from './signal-decisions.service.js';
import { SignalsService } from './signals.service.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api/signals')
export class SignalsController {
  constructor(
    private readonly signals: SignalsService,
    private readonly decisions: SignalDecisions,
    private readonly automatic: AutoTradingService,
  ) {}

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

  @Get('settings')
  @ApiOperation({
    summary: 'Whether your signals become orders by themselves, and within which limits',
  })
  @ApiOkResponse({ standardSchema: autoTradingSchema })
  settings(@CurrentPrincipal() { userId }: Principal): Promise<AutoTradingSettings> {
    return this.automatic.settings(userId);
  }

  @Put('settings')
  @ApiOperation({
    summary: 'Change them all; off is how everybody begins',
    description: 'Holds for signals that are stored from then on.',
  })
  @ApiOkResponse({ standardSchema: autoTradingSchema })
  changeSettings(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: autoTradingSchema }) settings: AutoTradingSettings,
  ): Promise<AutoTradingSettings> {
    return this.automatic.change(userId, settings);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One signal of yours, also when its time is over' })
  @ApiOkResponse({ standardSchema: signalSchema })
  @ApiNotFoundResponse({ description: 'trading.signal_not_found' })
  get(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Signal> {
    return this.decisions.get(userId, id);
  }

  @Post(':id/approve')
  @HttpCode(202)
  @RateLimit('orders.place', 'orders.place-ip')
  @ApiOperation({
    summary: 'Let a signal become an order: one, however often this is sent',
    description:
      'A market order of the day, `signal-<id>`, made by a job: follow `trading.signals`, or ask for the signal.',
  })
  @ApiAcceptedResponse({ standardSchema: signalSchema })
  @ApiNotFoundResponse({ description: 'trading.signal_not_found' })
  @ApiConflictResponse({
    description: 'trading.signal_final: it was dismissed, or its time is over',
  })
  @ApiUnprocessableEntityResponse({ description: 'trading.signal_without_size' })
  approve(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
    @Body({ schema: approveSignalSchema }) approval: ApproveSignal,
  ): Promise<Signal> {
    return this.decisions.approve(userId, id, approval);
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let nothing come of a signal' })
  @ApiOkResponse({ standardSchema: signalSchema })
  @ApiNotFoundResponse({ description: 'trading.signal_not_found' })
  @ApiConflictResponse({ description: 'trading.signal_final' })
  dismiss(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Signal> {
    return this.decisions.dismiss(userId, id);
  }
}
