import type { PromptContext } from './language-model.js';
import { OfflineAnalyst } from './offline-analyst.js';

const AS_OF = '2026-01-05T15:00:00.000Z';
const position = (symbol: string, marketValue: string | null) => ({
  symbol,
  quantity: '10',
  averageCost: '100.00',
  price: marketValue,
  marketValue,
  unrealizedPnl: marketValue === null ? null : '5',
  realizedPnl: '0',
  asOf: marketValue === null ? null : AS_OF,
});
const quote = {
  symbol: 'AAPL',
  bid: '226.99',
  ask: '227.01',
  last: '227.00',
  previousClose: '200.00',
  asOf: AS_OF,
  source: 'simulated',
} as const;
const context: PromptContext = {
  portfolio: {
    currency: 'USD',
    cash: '7000',
    positionsValue: '3000',
    contributed: '100000',
    equity: '10000',
    unrealizedPnl: '10',
    realizedPnl: '-2.5',
    totalReturn: '-0.0123',
    positions: [position('AAPL', '2270'), position('KO', '730')],
    unpriced: [],
    asOf: AS_OF,
  },
  quotes: [],
};
const ask = (prompt: string, told: Partial<PromptContext> = {}) =>
  new OfflineAnalyst().answer({ prompt, context: { ...context, ...told } });
const namesOf = ({ figures }: Awaited<ReturnType<typeof ask>>) => figures.map(({ name }) => name);

describe('the offline analyst', () => {
  it('says what it is', async () => {
    expect((await ask('Hello?')).text).toMatch(/^Offline analyst: no language model/);
  });

  it('answers a question about cash with the cash', async () => {
    const answer = await ask('How much cash do I have?');
    expect(answer.text).toContain('You have 7000 USD in cash.');
    expect(namesOf(answer)).toEqual(['cash']);
  });

  it('tells the profit with its sign', async () => {
    expect((await ask('What is my profit?')).text).toContain(
      'Your return on the starting cash is -1.23 %; profit realised -2.5 USD, unrealised 10 USD.',
    );
  });

  it('finds the largest position, and its share of the equity', async () => {
    expect((await ask('What is my risk?')).text).toContain(
      'Your largest position, AAPL, is 22.70 % of your equity of 10000 USD, in 2 position(s).',
    );
  });

  it('tells the quotes of named symbols and what is held of them', async () => {
    const answer = await ask('And AAPL?', { quotes: [quote] });
    expect(answer.text).toContain(
      'AAPL: last 227.00 USD (bid 226.99, ask 227.01), +13.50 % since the close before at 200.00. You hold 10, worth 2270 USD.',
    );
    expect(answer.figures).toContainEqual({
      name: 'AAPL.last',
      value: '227.00',
      unit: 'USD',
      source: 'simulated',
      asOf: AS_OF,
    });
  });

  it('answers what it does not understand with the whole account', async () => {
    const { text } = await ask('Wie geht es mir?');
    expect(text).toContain('Your equity is 10000 USD: 7000 in cash, 3000 in positions.');
    expect(text).toContain('You hold 10 AAPL worth 2270 USD; 10 KO worth 730 USD.');
  });

  it('uses no figure that it was not given', async () => {
    for (const prompt of ['cash', 'profit', 'my positions', 'risk', 'x']) {
      const { text, figures } = await ask(prompt, { portfolio: undefined, quotes: [quote] });
      expect(figures.every(({ name }) => name.startsWith('AAPL.'))).toBe(true);
      expect(text).not.toMatch(/equity|undefined|NaN/);
    }
    expect((await ask('cash', { portfolio: undefined })).text).toContain('not shown your account');
  });

  it('names what has no price', async () => {
    const portfolio = context.portfolio && {
      ...context.portfolio,
      positions: [position('GONE', null)],
      unpriced: ['GONE'],
    };
    const { text } = await ask('my positions and risk', { portfolio });
    expect(text).toContain('10 GONE at no known price');
    expect(text).toContain('Without a quote, counted at cost: GONE.');
  });

  it('gives the same answer to the same question', async () => {
    expect(await ask('my risk')).toEqual(await ask('my risk'));
  });
});
