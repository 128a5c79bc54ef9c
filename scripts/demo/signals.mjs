// @ts-check
/** @import { Page, Position } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
import { check } from './client.mjs';

/** @typedef {{ id: string, symbol: string, side: string, strategy: string, validUntil: string }} Signal */
/** @typedef {{ positions: Position[], marketValue: string, unrealizedPnl: string, asOf: string }} Pnl */

/** Signals, and the profit of what is held. @param {Desk} desk */
export async function signals(desk) {
  const { api, live, story, symbol, withJobs } = desk;
  await withJobs('following signals and positions', async () => {
    for (const channel of ['trading.signals', 'trading.positions']) await live.subscribe(channel);
  });

  const terms = { symbol, side: 'buy', strategy: 'Demo breakout', confidence: 0.75 };
  /** @type {Signal} */
  const signal = await api.post('/api/signals', terms);
  story.tell('signal', `${signal.side} ${symbol} until ${signal.validUntil}`, { signal });
  /** @type {Page<Signal>} */
  const valid = await api.get('/api/signals');
  check(valid.items[0]?.id === signal.id, 'the new signal is not the first of the list');
  story.tell('signals', `${valid.items.length} valid, the new one first`);
  await withJobs('the live message of the signal', async () => {
    await live.message(
      'trading.signals',
      (data) => 'id' in data && data.id === signal.id,
      'the signal',
    );
  });

  const endless = { ...terms, validUntil: '9999-12-31T23:59:59Z' };
  const problem = await api.refused('POST', '/api/signals', [422], endless);
  story.tell('refusal', `a signal for ever: ${problem.status} ${problem.code}`, { problem });

  /** @type {Pnl} */
  const pnl = await api.get('/api/positions/pnl');
  story.tell('open P&L', `${pnl.unrealizedPnl} USD on ${pnl.marketValue} held, as of ${pnl.asOf}`, {
    pnl,
  });
  if (pnl.positions.length === 0) return;
  await withJobs('the profit following the market', async () => {
    await live.message('trading.positions', (data) => 'unrealizedPnl' in data, 'a position');
    story.tell('open P&L', 'moves with the market on trading.positions');
  });
}
