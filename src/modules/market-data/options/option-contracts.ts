import { MINUTE_MS } from '../../../kernel/duration.js';
import { money, priceText } from '../../../kernel/money.js';
import { sessionOn } from '../calendar/xnys-calendar.js';
import type { MarketDataProvider } from '../market-data.provider.js';
import type { Instrument, OptionContract, Quote } from '../quotes/quote.js';
import { parseOccSymbol, rootOf } from './occ-symbol.js';
import { STRIKES_EACH_SIDE, strikesAround } from './option-chain.js';
import { optionExpiries, type OptionExpiry } from './option-expiries.js';
import { intrinsicValue, spotOf, valueOption } from './option-quote.js';

/** Who orders has seen a chain that may be 5 s old: the spot may have moved on by so many strikes. */
const MOVED_STRIKES = 2;

/**
 * The contracts of a market, found by their symbols. Nobody keeps a list of them: there are thousands, and the strikes
 * that a chain shows move with the spot, while somebody holds those of last week.
 */
export class OptionContracts {
  readonly #byRoot: ReadonlyMap<string, string>;
  #listed: { readonly minute: number; readonly expiries: readonly OptionExpiry[] } | undefined;

  constructor(private readonly provider: MarketDataProvider) {
    const symbols = provider.instruments().map(({ symbol }) => symbol);
    // Where two share a root, it is that of the one whose symbol it is.
    this.#byRoot = new Map(
      [
        ...symbols.filter((one) => rootOf(one) !== one),
        ...symbols.filter((one) => rootOf(one) === one),
      ].map((symbol) => [rootOf(symbol), symbol]),
    );
  }

  /**
   * What a symbol stands for, expired or not.
   * @param symbol upper case
   * @returns undefined when it is no contract on an instrument of this market that expires with a session
   */
  terms(symbol: string): OptionContract | undefined {
    const parsed = parseOccSymbol(symbol);
    const underlying = parsed && this.#byRoot.get(parsed.root);
    const session = parsed && sessionOn(parsed.expiry);
    if (!parsed || underlying === undefined || session === undefined) return undefined;
    const { expiry, right, strike } = parsed;
    return { underlying, expiry, expiresAtMs: session.closeMs, right, strike };
  }

  /** The contract, while its expiry is listed, whatever the strikes that the chain shows now. */
  find(symbol: string, atMs: number): Instrument | undefined {
    const option = this.terms(symbol);
    if (!option || option.expiresAtMs <= atMs) return undefined;
    if (!this.#expiries(atMs).some(({ date }) => date === option.expiry)) return undefined;
    if (this.provider.volatility(option.underlying, atMs) === undefined) return undefined;
    const { underlying, expiry, right, strike } = option;
    const name = `${underlying} ${expiry} ${priceText(money(strike))} ${right}`;
    const terms = { currency: 'USD', assetClass: 'option', option } as const;
    return { symbol, name, ...terms, fractionable: false, shortable: false };
  }

  /** Whether the chain shows it, or did some seconds ago: of what {@link find} finds, the strikes around the spot. */
  isListed(symbol: string, atMs: number): boolean {
    const option = this.find(symbol, atMs)?.option;
    const underlying = option && this.provider.quote(option.underlying, atMs);
    if (!underlying) return false;
    return strikesAround(spotOf(underlying), STRIKES_EACH_SIDE + MOVED_STRIKES).some((strike) =>
      strike.eq(option.strike),
    );
  }

  /** The contract's quote of the tick that `atMs` lies in; `undefined` as {@link find}. */
  quote(symbol: string, atMs: number): Quote | undefined {
    const option = this.terms(symbol);
    if (!option || option.expiresAtMs <= atMs) return undefined;
    const underlying = this.provider.quote(option.underlying, atMs);
    const volatility = this.provider.volatility(option.underlying, atMs);
    if (underlying === undefined || volatility === undefined) return undefined;
    const { right, expiresAtMs } = option;
    const strike = money(option.strike);
    const { prices } = valueOption(underlying, { right, strike, expiresAtMs }, volatility);
    return { symbol, ...prices, asOf: underlying.asOf, source: underlying.source };
  }

  /**
   * The last quote of the underlying before the contract expired, and what exercising by its last price gives, USD a
   * unit. The same whenever it is asked for.
   */
  settlement(symbol: string): { readonly quote: Quote; readonly intrinsic: string } | undefined {
    const option = this.terms(symbol);
    const quote = option && this.provider.quote(option.underlying, option.expiresAtMs - 1);
    if (!quote) return undefined;
    const intrinsic = intrinsicValue(option.right, money(option.strike), money(quote.last));
    return { quote, intrinsic: intrinsic.toFixed() };
  }

  /** Sessions close on whole minutes: within one the list stays the same. */
  #expiries(atMs: number): readonly OptionExpiry[] {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (this.#listed?.minute !== minute) {
      this.#listed = { minute, expiries: optionExpiries(minute * MINUTE_MS) };
    }
    return this.#listed.expiries;
  }
}
