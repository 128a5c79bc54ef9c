// @ts-check
/** @import { Quote } from './api-shapes.js' */
/** @import { Api } from './client.mjs' */
/** @import { Desk } from './desk.mjs' */
/** @import { Story } from './story.mjs' */
import { check } from './client.mjs';

/** Reads what is published about a company, and a rating with the figures behind it. @param {Desk} desk */
export async function research({ api, story, symbol }) {
  const base = `/api/research/${encodeURIComponent(symbol)}`;
  /** @type {{ items: { symbol: string, assetClass: string }[] }} */
  const { items } = await api.get('/api/market/instruments');
  const isCompany = items.some((item) => item.symbol === symbol && item.assetClass === 'equity');
  if (isCompany) await readStatements(api, story, base, symbol);
  else story.tell('research', `${symbol} is no company: no statements to read`);
  /** @type {Quote} */
  const { source } = await api.get(`/api/market/quotes/${encodeURIComponent(symbol)}`);
  if (source !== 'replay') await rate(api, story, base, symbol);
  else story.tell('research', 'a replay begins without a past: nothing to rate yet');

  const problem = await api.refused('GET', '/api/research/NOSUCH/news', [404]);
  story.tell('research', `an unknown symbol is refused: ${problem.code}`);
}

/** @param {Api} api @param {Story} story @param {string} base @param {string} symbol */
async function readStatements(api, story, base, symbol) {
  /** @type {{ source: string, note: string | null, statements: { period: string, income: { revenue: string, netIncome: string } }[] }} */
  const financials = await api.get(`${base}/financials?period=quarterly`);
  const [latest] = financials.statements;
  check(latest, `${symbol} has no statements`);
  const { revenue, netIncome } = latest.income;
  story.tell(
    'financials',
    `${symbol} in ${latest.period}: revenue ${revenue}, net income ${netIncome} (${financials.source})`,
    { note: financials.note, latest },
  );
  /** @type {{ items: { headline: string }[] }} */
  const news = await api.get(`${base}/news?category=earnings`);
  story.tell('news', news.items[0]?.headline ?? `no news of ${symbol}`, { items: news.items });
}

/** @param {Api} api @param {Story} story @param {string} base @param {string} symbol */
async function rate(api, story, base, symbol) {
  /** @type {{ rating: string, score: string, signals: { name: string, vote: number }[], figures: { name: string, value: string }[] }} */
  const analysis = await api.get(`${base}/analysis?horizon=short`);
  const votes = analysis.signals.map(({ name, vote }) => `${name} ${vote}`).join(', ');
  check(analysis.figures.length > 0, `an analysis of ${symbol} without figures`);
  story.tell(
    'analysis',
    `${symbol} short: ${analysis.rating}, score ${analysis.score} (${votes})`,
    {
      analysis,
    },
  );
}
