import { Injectable } from '@nestjs/common';
import { QuotesService, type Quote } from '../../market-data/index.js';
import { OptionsRepository } from './options.repository.js';

/** Contracts quoted for one tick, at most: 50 µs each. */
const MAX_QUOTED = 500;

/** Quotes of just those contracts that orders work for: a tick cannot quote all that there are. */
@Injectable()
export class WorkingContracts {
  /** Where the tick before ended, when there were more than {@link MAX_QUOTED}: each has its turn. */
  #afterSymbol = '';

  constructor(
    private readonly options: OptionsRepository,
    private readonly quotes: QuotesService,
  ) {}

  /** Of this moment; none of what has expired, or has left the market. One query. */
  async quoted(): Promise<Quote[]> {
    const symbols = await this.options.listWorkingSymbols(this.#afterSymbol, MAX_QUOTED);
    this.#afterSymbol = symbols.length < MAX_QUOTED ? '' : (symbols.at(-1) ?? '');
    return symbols
      .filter((symbol) => this.quotes.findInstrument(symbol) !== undefined)
      .map((symbol) => this.quotes.currentQuote(symbol));
  }
}
