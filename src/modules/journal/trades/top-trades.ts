import { money, moneyText, priceText, type Money } from '../../../kernel/money.js';
import type { JournalSide } from '../formats/trade-row.js';
import type { TopTrades, TopTradesQuery } from '../journal.dto.js';
import { LotBook, type RoundTrip } from './round-trips.js';

/** As the journal keeps it. */
export interface StoredTrade {
  readonly id: string;
  readonly symbol: string;
  readonly currency: string;
  readonly side: JournalSide;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  readonly feeCurrency: string;
  readonly executedAt: Date;
}

interface Ranked extends RoundTrip {
  readonly symbol: string;
}

interface Ranking {
  best: Ranked[];
  closed: number;
  unmatchedSales: number;
}

/**
 * Ranks closed trades by profit while it reads through a journal; holds the best of each currency and the
 * open lots of one symbol.
 */
export class TopTradesRanking {
  readonly #limit: number;
  readonly #rankings = new Map<string, Ranking>();
  #book = new LotBook();
  #of: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Trades come symbol by symbol, currency by currency, each in the order of time. */
  add(trade: StoredTrade): void {
    const of = `${trade.symbol} ${trade.currency}`;
    if (of !== this.#of) {
      this.#of = of;
      this.#book = new LotBook();
    }
    const unmatched = this.#book.unmatched;
    const roundTrip = this.#book.apply({
      id: trade.id,
      side: trade.side,
      quantity: money(trade.quantity),
      price: money(trade.price),
      // Nothing is converted here: a fee in another currency is in the list of trades alone.
      fee: trade.feeCurrency === trade.currency ? money(trade.fee) : money(0),
      executedAt: trade.executedAt,
    });
    const isUnmatched = !this.#book.unmatched.eq(unmatched);
    if (!isUnmatched && !roundTrip) return;
    const ranking = this.#rankingOf(trade.currency);
    if (isUnmatched) ranking.unmatchedSales += 1;
    if (roundTrip) this.#rank(ranking, { ...roundTrip, symbol: trade.symbol });
  }

  result({ by, currency: wanted }: TopTradesQuery, asOfMs: number): TopTrades {
    const currencies = [...this.#rankings]
      .filter(([, { closed }]) => closed > 0)
      .sort(([a, one], [b, other]) => other.closed - one.closed || (a < b ? -1 : 1))
      .map(([currency]) => currency);
    const currency = wanted ?? currencies[0] ?? null;
    const ranking = currency === null ? undefined : this.#rankings.get(currency);
    return {
      by,
      currency,
      currencies,
      items: (ranking?.best ?? []).map((ranked) => toItem(ranked, currency ?? '')),
      closed: ranking?.closed ?? 0,
      unmatchedSales: ranking?.unmatchedSales ?? 0,
      asOf: new Date(asOfMs).toISOString(),
    };
  }

  #rankingOf(currency: string): Ranking {
    const ranking = this.#rankings.get(currency) ?? { best: [], closed: 0, unmatchedSales: 0 };
    this.#rankings.set(currency, ranking);
    return ranking;
  }

  #rank(ranking: Ranking, ranked: Ranked): void {
    ranking.closed += 1;
    const place = ranking.best.findIndex(({ pnl }) => ranked.pnl.gt(pnl));
    ranking.best.splice(place < 0 ? ranking.best.length : place, 0, ranked);
    ranking.best.length = Math.min(ranking.best.length, this.#limit);
  }
}

function toItem(ranked: Ranked, currency: string): TopTrades['items'][number] {
  const { tradeId, symbol, direction, quantity, cost, proceeds, fees, pnl } = ranked;
  const [entry, exit] = direction === 'long' ? [cost, proceeds] : [proceeds, cost];
  return {
    tradeId,
    symbol,
    currency,
    direction,
    quantity: quantity.toFixed(),
    averageEntryPrice: perUnit(entry, quantity),
    exitPrice: perUnit(exit, quantity),
    cost: moneyText(cost),
    proceeds: moneyText(proceeds),
    fees: moneyText(fees),
    pnl: moneyText(pnl),
    openedAt: ranked.openedAt.toISOString(),
    closedAt: ranked.closedAt.toISOString(),
  };
}

function perUnit(amount: Money, quantity: Money): string {
  return priceText(amount.div(quantity));
}
