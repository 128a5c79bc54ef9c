import type { PortfolioService } from '../../portfolio/index.js';
import type { Quote } from '../../market-data/index.js';
import type { Figure } from '../ai-chat.dto.js';

export type PortfolioSummary = Awaited<ReturnType<PortfolioService['summary']>>;

/** What a model is told beside the prompt. */
export interface PromptContext {
  /** undefined: the user does not want it seen. */
  readonly portfolio: PortfolioSummary | undefined;
  readonly quotes: readonly Quote[];
}

export interface Question {
  readonly prompt: string;
  readonly context: PromptContext;
}

export interface ModelAnswer {
  readonly text: string;
  /** Those given to the model or, where it can tell, those it used. */
  readonly figures: readonly Figure[];
}

/** Who answers. Bounds its own time and memory. */
export abstract class LanguageModel {
  /** Stands in answers and in the hash that they are cached under. */
  abstract readonly name: string;
  /** Whether it answers by rules, in this process. */
  abstract readonly offline: boolean;
  /** @throws AppError `ai.model_unavailable`, `ai.model_timeout` */
  abstract answer(question: Question): Promise<ModelAnswer>;
}
