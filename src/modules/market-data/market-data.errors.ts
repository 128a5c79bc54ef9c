import { AppError } from '../../kernel/app-error.js';

export function unknownSymbol(symbol: string): AppError {
  // What a caller sent may be of any length; an answer shows no more of it than a symbol can be long.
  const shown = symbol.slice(0, 12);
  return new AppError(
    'not_found',
    'market_data.unknown_symbol',
    `There is no instrument ${shown}.`,
    {
      details: { symbol: shown },
    },
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
