import type { Quote } from '../../market-data/index.js';
import type { Figure } from '../ai-chat.dto.js';
import type { PortfolioSummary, PromptContext } from './language-model.js';

/** Every figure of a context, by name, with its source and time. */
export function contextFigures({ portfolio, quotes }: PromptContext): Figure[] {
  return [...(portfolio ? portfolioFigures(portfolio) : []), ...quotes.flatMap(quoteFigures)];
}

function portfolioFigures(summary: PortfolioSummary): Figure[] {
  const source = 'portfolio';
  const usd = (name: string, value: string, asOf = summary.asOf): Figure => ({
    ...{ name, value, source, asOf },
    unit: 'USD',
  });
  return [
    usd('equity', summary.equity),
    usd('cash', summary.cash),
    usd('positionsValue', summary.positionsValue),
    usd('unrealizedPnl', summary.unrealizedPnl),
    usd('realizedPnl', summary.realizedPnl),
    { ...usd('totalReturn', summary.totalReturn), unit: 'ratio' },
    ...summary.positions.flatMap((position): Figure[] => {
      const { symbol, quantity, averageCost, marketValue, unrealizedPnl } = position;
      const asOf = position.asOf ?? summary.asOf;
      return [
        { ...usd(`${symbol}.quantity`, quantity, asOf), unit: 'units' },
        usd(`${symbol}.averageCost`, averageCost, asOf),
        ...(marketValue === null ? [] : [usd(`${symbol}.marketValue`, marketValue, asOf)]),
        ...(unrealizedPnl === null ? [] : [usd(`${symbol}.unrealizedPnl`, unrealizedPnl, asOf)]),
      ];
    }),
  ];
}

function quoteFigures({ symbol, bid, ask, last, previousClose, asOf, source }: Quote): Figure[] {
  const prices = { bid, ask, last, ...(previousClose !== undefined && { previousClose }) };
  return Object.entries(prices).map(([name, value]) => ({
    ...{ name: `${symbol}.${name}`, value, source, asOf },
    unit: 'USD',
  }));
}
