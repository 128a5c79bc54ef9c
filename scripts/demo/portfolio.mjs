// @ts-check
/** @import { Api } from './client.mjs' */
/** @import { Story } from './story.mjs' */
import { check } from './client.mjs';

/** @typedef {{ at: string, equity: string }} Point */
/** @typedef {{ points: Point[], asOf: string }} History */
/** @typedef {{ profit: string, totalReturn: number | null, winRate: number | null, closedTrades: number, sharpe: number | null, reasons: Record<string, string> }} Performance */
/** @typedef {{ exposure: { amount: string, share: number | null }, concentration: { weights: { symbol: string, share: number }[] }, maxDrawdown: number }} Risk */

/** How the account did, and what it stands to lose. @param {{ api: Api, story: Story }} desk */
export async function portfolio({ api, story }) {
  /** @type {History} */
  const history = await api.get('/api/portfolio/history?timeframe=ALL');
  const [first] = history.points;
  const last = history.points.at(-1);
  check(first && last?.at === history.asOf, 'the history does not end with this moment');
  story.tell(
    'history',
    `${history.points.length} points, from ${first.equity} to ${last.equity} USD`,
    {
      history,
    },
  );

  /** @type {Performance} */
  const performance = await api.get('/api/analytics/performance?timeframe=ALL');
  const { profit, closedTrades, winRate, sharpe, reasons } = performance;
  story.tell('return', `${profit} USD; ${closedTrades} closed trades, win rate ${winRate ?? '–'}`, {
    performance,
  });
  const why = sharpe === null ? `none yet: ${reasons['sharpe']}` : String(sharpe);
  story.tell('sharpe', why);

  /** @type {Risk} */
  const risk = await api.get('/api/analytics/risk');
  const [largest] = risk.concentration.weights;
  const top = largest ? `, most of it ${largest.symbol}` : '';
  story.tell(
    'risk',
    `${risk.exposure.amount} USD exposed${top}; drawdown ${(100 * risk.maxDrawdown).toFixed(4)} %`,
    {
      risk,
    },
  );

  const problem = await api.refused('GET', '/api/analytics/performance?timeframe=2W', [400]);
  story.tell('refusal', `a timeframe that is none: ${problem.status} ${problem.code}`, { problem });
}
