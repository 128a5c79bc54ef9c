import type { AssetClass } from '../quotes/quote.js';

/** What the simulation knows of an instrument. Names are real, prices only of a real size. */
export interface SimulatedInstrument {
  readonly symbol: string;
  readonly name: string;
  readonly assetClass: AssetClass;
  readonly fractionable: boolean;
  readonly shortable: boolean;
  /** USD that the price wanders around. */
  readonly basePrice: number;
  /** Standard deviation of a year's return, as a fraction. */
  readonly annualVolatility: number;
  /** Ask minus bid, in hundredths of a percent of the price. */
  readonly spreadBps: number;
  /** Units traded in a day, on average. */
  readonly dailyVolume: number;
}

export const simulatedInstruments: readonly SimulatedInstrument[] = [
  equity('AAPL', 'Apple Inc.', 227, 0.26, 1, 52_000_000),
  equity('MSFT', 'Microsoft Corporation', 428, 0.24, 1, 21_000_000),
  equity('NVDA', 'NVIDIA Corporation', 132, 0.48, 1.5, 210_000_000),
  equity('AMZN', 'Amazon.com, Inc.', 198, 0.32, 1, 38_000_000),
  equity('GOOGL', 'Alphabet Inc. Class A', 172, 0.29, 1, 26_000_000),
  equity('META', 'Meta Platforms, Inc.', 575, 0.36, 1.5, 14_000_000),
  equity('TSLA', 'Tesla, Inc.', 262, 0.55, 2, 95_000_000),
  {
    ...equity('BRK.B', 'Berkshire Hathaway Inc. Class B', 458, 0.16, 2, 4_000_000),
    fractionable: false,
  },
  equity('JPM', 'JPMorgan Chase & Co.', 236, 0.23, 1.5, 9_000_000),
  equity('V', 'Visa Inc.', 294, 0.19, 1.5, 6_500_000),
  equity('JNJ', 'Johnson & Johnson', 158, 0.16, 2, 8_000_000),
  equity('XOM', 'Exxon Mobil Corporation', 117, 0.24, 1.5, 15_000_000),
  equity('KO', 'The Coca-Cola Company', 64.5, 0.14, 2, 14_000_000),
  { ...equity('WMT', 'Walmart Inc.', 84, 0.18, 2, 17_000_000), shortable: false },
  { ...equity('SPY', 'SPDR S&P 500 ETF Trust', 582, 0.15, 1, 58_000_000), assetClass: 'etf' },
  { ...equity('QQQ', 'Invesco QQQ Trust', 497, 0.2, 1, 38_000_000), assetClass: 'etf' },
];

function equity(
  symbol: string,
  name: string,
  basePrice: number,
  annualVolatility: number,
  spreadBps: number,
  dailyVolume: number,
): SimulatedInstrument {
  return {
    symbol,
    name,
    assetClass: 'equity',
    fractionable: true,
    shortable: true,
    basePrice,
    annualVolatility,
    spreadBps,
    dailyVolume,
  };
}
