import type { PaperSettings } from '../../../../config/paper-environment.js';
import { money, type Money } from '../../../../kernel/money.js';
import type { OrderType } from '../../orders/order.js';
import type { FeeSchedule } from './fees.js';
import type { SlippageSettings } from './slippage.js';

/** How paper orders trade, beside the quotes: the same settings, orders and ticks make the same fills. */
export interface PaperModel {
  /** Another one draws other slippage. */
  readonly seed: string;
  readonly slippage: SlippageSettings;
  readonly fees: FeeSchedule;
  /** An order first trades on a tick this long after it was accepted; 0: on the tick it was accepted in. */
  readonly latencyMs: number;
  /** Nothing trades on a quote that is older. */
  readonly staleQuoteMs: number;
}

/** Why a fill has the price it has: with its quote, anybody can work it out again. */
export interface FillReason {
  /** The kind of order that the quote filled. */
  readonly rule: OrderType;
  /** USD a share that the price is worse than the quoted one. */
  readonly slippage: Money;
}

/** The model that is configured. */
export function paperModel(settings: PaperSettings): PaperModel {
  const { seed, latencyMs, staleQuoteMs } = settings;
  return {
    seed,
    latencyMs,
    staleQuoteMs,
    slippage: {
      bps: money(settings.slippageBps),
      sizeBps: money(settings.slippageSizeBps),
      randomBps: money(settings.slippageRandomBps),
    },
    fees: {
      perShare: money(settings.feePerShare),
      bps: money(settings.feeBps),
      minimumPerOrder: money(settings.feeMinimumPerOrder),
      sellBps: money(settings.feeSellBps),
    },
  };
}

/** Whether an order that was accepted then is on its way still when the tick is quoted. */
export function isOnItsWay(
  { latencyMs }: Pick<PaperModel, 'latencyMs'>,
  acceptedAt: Date,
  tickMs: number,
): boolean {
  return latencyMs > 0 && tickMs < acceptedAt.getTime() + latencyMs;
}

/** Whether the quote of a tick is too old at `nowMs` to trade on. */
export function isStale(
  { staleQuoteMs }: Pick<PaperModel, 'staleQuoteMs'>,
  tickMs: number,
  nowMs: number,
): boolean {
  return nowMs - tickMs > staleQuoteMs;
}
