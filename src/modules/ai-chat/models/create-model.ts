import type { Config } from '../../../config/config.js';
import type { LanguageModel } from './language-model.js';
import { OfflineAnalyst } from './offline-analyst.js';
import { OpenAiLanguageModel } from './openai.language-model.js';

/** The model that the configuration names: without an address, the offline analyst. */
export function createModel({ ai }: Pick<Config, 'ai'>): LanguageModel {
  const { baseUrl, apiKey, model, timeoutMs } = ai;
  return baseUrl === undefined
    ? new OfflineAnalyst()
    : new OpenAiLanguageModel({ baseUrl, apiKey, model, timeoutMs });
}
