// @ts-check
/** @import { Api } from './client.mjs' */
/** @import { Story } from './story.mjs' */
import { check } from './client.mjs';

/**
 * Asks about the account, twice: the second answer comes from the cache and costs nothing.
 * @param {{ api: Api, story: Story, symbol: string }} desk
 */
export async function aiChat({ api, story, symbol }) {
  const question = { prompt: 'How are my positions and my profit?', symbol };
  const before = await quotaOf(api);
  const first = await ask(api, question);
  const [, line] = first.answer.split('\n');
  story.tell('ai', `${first.model}: ${line ?? first.answer}`, { answer: first });

  const second = await ask(api, question);
  const after = await quotaOf(api);
  if (second.cached) {
    check(second.answer === first.answer, 'the cached answer is another one');
    check(after.used <= before.used + 1, `two equal questions cost ${after.used - before.used}`);
  }
  const from = second.cached ? 'from the cache' : 'answered anew';
  story.tell('ai-quota', `asked again: ${from}; ${after.used} of ${after.limit} used today`, {
    quota: after,
  });

  const problem = await api.refused('POST', '/api/ai/chat', [400], { prompt: 'x'.repeat(4_001) });
  story.tell('ai', `a prompt that is too long is refused: ${problem.code}`);
}

/** @param {Api} api @returns {Promise<{ limit: number, used: number, resetAt: string }>} */
function quotaOf(api) {
  return api.get('/api/ai/quota');
}

/** @param {Api} api @param {object} question @returns {Promise<{ answer: string, model: string, cached: boolean }>} */
function ask(api, question) {
  return api.post('/api/ai/chat', question, [200]);
}
