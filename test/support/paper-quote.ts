import { money } from '../../src/kernel/money.js';
import type { Quote } from '../../src/modules/market-data/index.js';
import {
  paperModel,
  type PaperModel,
} from '../../src/modules/trading/execution/paper/paper-model.js';

export const AS_OF = '2026-11-25T15:00:00.000Z';
/** 100.10 is asked, 99.90 bid. */
export const quote = (overrides: Partial<Quote> = {}): Quote => ({
  symbol: 'AAPL',
  bid: '99.90',
  ask: '100.10',
  last: '100.00',
  bidSize: '300',
  askSize: '200',
  asOf: AS_OF,
  source: 'simulated',
  ...overrides,
});

/** The moment of the quote. */
export const NOW_MS = Date.parse(AS_OF);
/** Of an order. */
export const ID = '01997a2e-0000-7000-8000-000000000001';
/** Nothing slips, costs or takes time. */
export const plainPaper = {
  seed: 'test',
  slippageBps: '0',
  slippageSizeBps: '0',
  slippageRandomBps: '0',
  feePerShare: '0',
  feeBps: '0',
  feeMinimumPerOrder: '0',
  feeSellBps: '0',
  latencyMs: 0,
  staleQuoteMs: 15_000,
};
export const plain = paperModel(plainPaper);
export const slipping = (bps: string, sizeBps = '0'): PaperModel => ({
  ...plain,
  slippage: { bps: money(bps), sizeBps: money(sizeBps), randomBps: money(0) },
});
