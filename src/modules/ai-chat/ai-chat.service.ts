import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { Caches, type Cache } from '../../redis/index.js';
import { QuotesService } from '../market-data/index.js';
import { PortfolioService } from '../portfolio/index.js';
import { answerCache } from './ai-chat.caches.js';
import {
  MAX_PROMPT_CHARACTERS,
  MAX_SYMBOLS,
  type ChatAnswer,
  type ChatRequest,
  type StoredAnswer,
} from './ai-chat.dto.js';
import { promptTooLong, unknownChatSymbol } from './ai-chat.errors.js';
import { LanguageModel, type PromptContext } from './models/language-model.js';
import { namedSymbols } from './named-symbols.js';
import { promptHash } from './prompt-hash.js';
import { QuotaService } from './quota/quota.service.js';

/** Answers questions about the caller's account and the market. */
@Injectable()
export class AiChatService {
  readonly #answers: Cache<{ userId: string; hash: string }, StoredAnswer>;

  constructor(
    private readonly model: LanguageModel,
    private readonly quota: QuotaService,
    private readonly portfolio: PortfolioService,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
    caches: Caches,
  ) {
    this.#answers = caches.use(answerCache);
  }

  /**
   * Asks the model, or answers as before. The same question asked twice at the same time of one
   * process is one call of the model and one unit of the quota; one that fails costs none.
   * @throws AppError `ai.prompt_too_long`, `ai.unknown_symbol`, `ai.quota_exceeded`,
   *   `ai.model_unavailable`, `ai.model_timeout`
   */
  async ask(userId: string, request: ChatRequest): Promise<ChatAnswer> {
    const { prompt } = request;
    if (prompt.length > MAX_PROMPT_CHARACTERS) {
      throw promptTooLong(prompt.length, MAX_PROMPT_CHARACTERS);
    }
    const context = await this.#contextOf(userId, request);
    const hash = promptHash(this.model.name, prompt, context);
    // Only of the caller whose asking loads it: who joins a call under way has it for nothing as well.
    let cached = true;
    const answer = await this.#answers.getOrSet({ userId, hash }, () => {
      cached = false;
      return this.quota.spend(userId, () => this.#askModel(prompt, context));
    });
    return { ...answer, cached };
  }

  async #askModel(prompt: string, context: PromptContext): Promise<StoredAnswer> {
    const { text, figures } = await this.model.answer({ prompt, context });
    return {
      answer: text,
      model: this.model.name,
      offline: this.model.offline,
      symbols: context.quotes.map(({ symbol }) => symbol),
      figures: [...figures],
      asOf: new Date(this.clock.nowMs()).toISOString(),
    };
  }

  async #contextOf(userId: string, request: ChatRequest): Promise<PromptContext> {
    const symbols = this.#symbolsOf(request);
    const [portfolio, quotes] = await Promise.all([
      request.context.portfolio ? this.portfolio.summary(userId) : undefined,
      Promise.all(symbols.map((symbol) => this.quotes.getQuote(symbol))),
    ]);
    return { portfolio, quotes };
  }

  /** Those asked for, which must exist, and then those that the prompt happens to name. */
  #symbolsOf({ prompt, symbol, context }: ChatRequest): string[] {
    const asked = [...(symbol === undefined ? [] : [symbol]), ...context.symbols];
    const unknown = asked.find((one) => !this.#isKnown(one));
    if (unknown !== undefined) throw unknownChatSymbol(unknown);
    const named = namedSymbols(prompt, (one) => this.#isKnown(one), MAX_SYMBOLS);
    return [...new Set([...asked, ...named])].slice(0, MAX_SYMBOLS + 1);
  }

  #isKnown(symbol: string): boolean {
    return this.quotes.findListed(symbol) !== undefined;
  }
}
