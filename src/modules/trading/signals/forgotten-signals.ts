import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { SignalTrading } from './signal-trading.service.js';
import { SignalsRepository } from './signals.repository.js';

const FORGOTTEN_AFTER_MS = MINUTE_MS;
const BATCH = 100;

/** Signals whose job was lost with the queue. */
@Injectable()
export class ForgottenSignals {
  constructor(
    private readonly signals: SignalsRepository,
    private readonly trading: SignalTrading,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Those that have waited for a minute, at most 100. @returns how many. */
  async trade(): Promise<number> {
    const before = new Date(this.clock.nowMs() - FORGOTTEN_AFTER_MS);
    const ids = await this.signals.listForgotten(before, BATCH);
    for (const id of ids) await this.trading.trade(id);
    return ids.length;
  }
}
