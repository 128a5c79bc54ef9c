import { money } from '../../../kernel/money.js';
import type { Figure } from '../ai-chat.dto.js';
import { contextFigures } from './context-figures.js';
import { LanguageModel, type ModelAnswer, type Question } from './language-model.js';

/** What a question can be about, by words in it. */
const TOPICS = {
  cash: /\b(cash|buying power|afford|liquid\w*|spend|invest)\b/i,
  profit: /\b(p&l|pnl|profit\w*|loss\w*|gain\w*|return\w*|perform\w*|earn\w*)\b/i,
  holdings: /\b(hold\w*|position\w*|portfolio|own|account|summar\w*)\b/i,
  concentration: /\b(risk\w*|concentrat\w*|diversif\w*|balance\w*|weight\w*|expos\w*)\b/i,
} as const;
type Topic = keyof typeof TOPICS;

const GREETING =
  'Offline analyst: no language model is configured, so this is computed by fixed rules from your account and the quotes.';
const LIMITS =
  'It reads key words and symbols of a question, forecasts nothing and advises nothing.';

/** Looks a figure up by name and remembers that it was used. */
type Use = (name: string) => string | undefined;

/**
 * Answers with figures of the context and nothing else, so that chat is of use without a language
 * model. The same question on the same figures has the same answer.
 */
export class OfflineAnalyst extends LanguageModel {
  override readonly name = 'offline-analyst';
  override readonly offline = true;

  override async answer(question: Question): Promise<ModelAnswer> {
    const known = new Map(contextFigures(question.context).map((one) => [one.name, one]));
    const used = new Map<string, Figure>();
    const use: Use = (name) => {
      const figure = known.get(name);
      if (figure !== undefined) used.set(name, figure);
      return figure?.value;
    };
    const text = [GREETING, ...paragraphs(question, use), LIMITS].join('\n');
    return { text, figures: [...used.values()] };
  }
}

function paragraphs({ prompt, context: { portfolio, quotes } }: Question, use: Use): string[] {
  const topics = topicsOf(prompt, quotes.length > 0);
  const held = portfolio?.positions.map(({ symbol }) => symbol) ?? [];
  const lines = quotes.map(({ symbol }) => quoteLine(symbol, use));
  if (portfolio === undefined) {
    return lines.length > 0 ? lines : ['It was not shown your account, and no symbol was named.'];
  }
  if (topics.has('holdings')) lines.push(...holdingsLines(held, use));
  if (topics.has('cash')) lines.push(`You have ${use('cash')} USD in cash.`);
  if (topics.has('profit')) lines.push(profitLine(use));
  if (topics.has('concentration')) lines.push(concentrationLine(held, use));
  if (portfolio.unpriced.length > 0) {
    lines.push(`Without a quote, counted at cost: ${portfolio.unpriced.join(', ')}.`);
  }
  return lines;
}

/** A question that names neither a topic nor a symbol is answered with the whole account. */
function topicsOf(prompt: string, namesSymbols: boolean): ReadonlySet<Topic> {
  const topics = Object.entries(TOPICS)
    .filter(([, words]) => words.test(prompt))
    .map(([topic]) => topic as Topic);
  if (topics.length > 0 || namesSymbols) return new Set(topics);
  return new Set<Topic>(['holdings', 'cash', 'profit']);
}

function quoteLine(symbol: string, use: Use): string {
  const last = use(`${symbol}.last`) ?? '?';
  const previous = use(`${symbol}.previousClose`);
  const change =
    previous === undefined
      ? ''
      : `, ${percent(last, previous, { signed: true })} since the close before at ${previous}`;
  const quantity = use(`${symbol}.quantity`);
  const value = use(`${symbol}.marketValue`);
  const holding =
    quantity === undefined || value === undefined
      ? ''
      : ` You hold ${quantity}, worth ${value} USD.`;
  const prices = `bid ${use(`${symbol}.bid`)}, ask ${use(`${symbol}.ask`)}`;
  return `${symbol}: last ${last} USD (${prices})${change}.${holding}`;
}

function holdingsLines(held: readonly string[], use: Use): string[] {
  const whole = `Your equity is ${use('equity')} USD: ${use('cash')} in cash, ${use('positionsValue')} in positions.`;
  if (held.length === 0) return [`${whole} You hold no position.`];
  const positions = held.map((symbol) => {
    const value = use(`${symbol}.marketValue`);
    const worth = value === undefined ? 'at no known price' : `worth ${value} USD`;
    return `${use(`${symbol}.quantity`)} ${symbol} ${worth}`;
  });
  return [whole, `You hold ${positions.join('; ')}.`];
}

function profitLine(use: Use): string {
  const total = use('totalReturn') ?? '0';
  return (
    `Your return on the starting cash is ${percent(money(total).plus(1).toFixed(), '1', { signed: true })}; ` +
    `profit realised ${use('realizedPnl')} USD, unrealised ${use('unrealizedPnl')} USD.`
  );
}

function concentrationLine(held: readonly string[], use: Use): string {
  const equity = use('equity') ?? '0';
  const [largest] = held
    .map((symbol) => ({ symbol, value: use(`${symbol}.marketValue`) ?? '0' }))
    .sort((a, b) => money(b.value).comparedTo(a.value));
  if (largest === undefined) return 'You hold no position: all of your equity is cash.';
  if (!money(equity).greaterThan(0)) return 'Your equity is not above zero.';
  const share = percent(money(largest.value).plus(equity).toFixed(), equity, { signed: false });
  return `Your largest position, ${largest.symbol}, is ${share} of your equity of ${equity} USD, in ${held.length} position(s).`;
}

/** How much `value` lies above `base`, in percent with two decimals. */
function percent(value: string, base: string, { signed }: { readonly signed: boolean }): string {
  if (money(base).isZero()) return 'an unknown share';
  const change = money(value).div(base).minus(1).times(100).toDecimalPlaces(2);
  const sign = signed && change.greaterThan(0) ? '+' : '';
  return `${sign}${change.toFixed(2)} %`;
}
