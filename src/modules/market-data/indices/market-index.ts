import { money, moneyText, priceText, sumOf, type Money } from '../../../kernel/money.js';
import type { Quote, QuoteSource } from '../quotes/quote.js';

export const INDEX_BASE_VALUE = 1_000;

/** A component: its quote, and what it cost when the index began. */
export interface IndexComponent {
  readonly quote: Quote;
  /** USD, above zero. */
  readonly basePrice: string;
}

interface IndexMethod {
  readonly symbol: string;
  readonly name: string;
  /** In a sentence, for whoever reads the figure. */
  readonly method: string;
  /** The level relative to the base, which is 1. */
  readonly level: (prices: readonly Money[], basePrices: readonly Money[]) => Money;
}

/** Computed from the instruments of the provider that are no funds; decimals in text. */
export interface MarketIndex {
  readonly symbol: string;
  readonly name: string;
  readonly method: string;
  readonly baseValue: string;
  /** ISO 8601, UTC. */
  readonly baseAt: string;
  readonly value: string;
  /** At the previous closes of the components; null, and the change too, where one has none yet. */
  readonly previousClose: string | null;
  readonly change: string | null;
  readonly changePercent: string | null;
  readonly components: readonly string[];
}

export interface MarketIndices {
  readonly items: readonly MarketIndex[];
  readonly asOf: string;
  readonly source: QuoteSource;
}

const METHODS: readonly IndexMethod[] = [
  {
    symbol: 'BOURSE-EW',
    name: 'Bourse Equal Weight',
    method:
      'mean of price over base price of all components, as if the same sum had been put into each',
    level: (prices, basePrices) =>
      sumOf(prices.map((price, i) => price.div(basePrices[i] ?? price))).div(prices.length),
  },
  {
    symbol: 'BOURSE-PW',
    name: 'Bourse Price Weight',
    method: 'sum of the prices over sum of the base prices, as if one unit of each had been bought',
    level: (prices, basePrices) => sumOf(prices).div(sumOf(basePrices)),
  },
];

/** @param components one at least; all of the same tick */
export function marketIndices(
  components: readonly IndexComponent[],
  baseAtMs: number,
): MarketIndex[] {
  const basePrices = components.map(({ basePrice }) => money(basePrice));
  const prices = components.map(({ quote }) => money(quote.last));
  const closes = components
    .map(({ quote }) => quote.previousClose)
    .filter((close) => close !== undefined)
    .map((close) => money(close));
  return METHODS.map(({ symbol, name, method, level }) => {
    const valueOf = (some: readonly Money[]) =>
      level(some, basePrices).times(INDEX_BASE_VALUE).toDecimalPlaces(2);
    const value = valueOf(prices);
    const before = closes.length === components.length ? valueOf(closes) : undefined;
    const change = before && value.minus(before);
    return {
      symbol,
      name,
      method,
      baseValue: String(INDEX_BASE_VALUE),
      baseAt: new Date(baseAtMs).toISOString(),
      value: priceText(value),
      previousClose: before ? priceText(before) : null,
      change: change ? moneyText(change) : null,
      changePercent:
        before && change ? moneyText(change.div(before).times(100).toDecimalPlaces(4)) : null,
      components: components.map(({ quote }) => quote.symbol),
    };
  });
}
