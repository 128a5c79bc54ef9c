import { AppError } from '../../kernel/app-error.js';

export function unknownSymbol(symbol: string): AppError {
  // What a caller sent may be of any length; an answer shows no more of it than a symbol can be long.
  const shown = symbol.slice(0, 21);
  return new AppError(
    'not_found',
    'market_data.unknown_symbol',
    `There is no instrument ${shown}.`,
    {
      details: { symbol: shown },
    },
  );
}

export function tooManySymbols(limit: number): AppError {
  return new AppError(
    'invalid',
    'market_data.too_many_symbols',
    `${limit} symbols at most can be asked for at once.`,
    { details: { limit } },
  );
}

/** @param expiries those that there are */
export function unknownExpiry(expiries: readonly string[]): AppError {
  return new AppError('invalid', 'market_data.unknown_expiry', 'No options expire on that day.', {
    details: { expiries },
  });
}

export function noVolatility(symbol: string): AppError {
  return new AppError(
    'unprocessable',
    'market_data.no_volatility',
    `Too little is recorded of ${symbol} to tell its volatility.`,
  );
}

export function noDepth(symbol: string): AppError {
  return new AppError(
    'unprocessable',
    'market_data.no_depth',
    `The recording of ${symbol} has bars, and no order book.`,
  );
}

/** @param problem what is wrong with the range, in words */
export function badCandleRange(problem: string): AppError {
  return new AppError('invalid', 'market_data.bad_range', `No such range of bars: ${problem}.`);
}

export function tooManyCandles(limit: number): AppError {
  return new AppError(
    'invalid',
    'market_data.too_many_candles',
    `A range holds ${limit} bars at most.`,
    { details: { limit } },
  );
}

/** @param timeframes those that there are bars of */
export function unknownTimeframe(timeframe: string, timeframes: readonly string[]): AppError {
  return new AppError(
    'invalid',
    'market_data.unknown_timeframe',
    `There are no bars of ${timeframe}.`,
    { details: { timeframes } },
  );
}

/**
 * A replay that cannot be played; it stops the boot with this one line.
 * @param place the folder, or `AAPL.csv line 7`
 */
export function badReplayFile(place: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    'market_data.bad_replay_file',
    `bad replay data: ${place}: ${problem}`,
    {
      cause,
    },
  );
}
