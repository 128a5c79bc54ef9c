import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAiLanguageModel } from './openai.language-model.js';

const KEY = 'sk-test-of-nobody';
const TIMEOUT_MS = 300;
const question = { prompt: 'What now?', context: { portfolio: undefined, quotes: [] } };
const completion = (content: unknown) => JSON.stringify({ choices: [{ message: { content } }] });

/** How the model's server behaves; each test sets it. */
type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;
const answering =
  (status: number, body: string, headers: Record<string, string> = {}): Behaviour =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

describe('a language model behind an OpenAI-compatible API', () => {
  let server: Server;
  let baseUrl: string;
  let behave: Behaviour;
  let requests: {
    method?: string;
    url?: string;
    headers: IncomingMessage['headers'];
    body: string;
  }[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        requests.push({ method, url, headers, body });
        behave(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const model = (options: { baseUrl?: string; apiKey?: string; timeoutMs?: number } = {}) =>
    new OpenAiLanguageModel({
      ...{ baseUrl, apiKey: KEY, model: 'test-model', timeoutMs: 5_000 },
      ...options,
    });
  const failure = async (timeoutMs?: number) => {
    const asked = model(timeoutMs === undefined ? {} : { timeoutMs }).answer(question);
    const error: unknown = await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expect(textOf(error)).not.toContain(KEY);
    return error;
  };
  const unavailable = (reason: string) => ({
    ...{ kind: 'unavailable', code: 'ai.model_unavailable' },
    details: { reason },
  });

  it('is asked as the API says, with the key, the prompt and the figures', async () => {
    behave = answering(200, completion('  Patience.  '));
    const quote = {
      ...{ symbol: 'KO', bid: '64.49', ask: '64.51', last: '64.50' },
      ...{ asOf: '2026-01-05T15:00:00.000Z', source: 'simulated' as const },
    };
    const { text, figures } = await model({ baseUrl: `${baseUrl}/` }).answer({
      prompt: 'What now?',
      context: { portfolio: undefined, quotes: [quote] },
    });
    expect(text).toBe('Patience.');
    expect(figures.map(({ name }) => name)).toEqual(['KO.bid', 'KO.ask', 'KO.last']);
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/v1/chat/completions',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      },
    ]);
    const { model: name, messages } = JSON.parse(requests[0]?.body ?? '');
    expect(name).toBe('test-model');
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['system', 'user']);
    expect(messages[1].content).toContain('Question:\nWhat now?');
    expect(messages[1].content).toContain('"KO.last","value":"64.50"');
  });

  it.each([
    ['is busy', 429, 'rate_limited'],
    ['has failed', 500, 'failed'],
    ['refuses the key', 401, 'refused'],
  ])('is unavailable when its server %s (%i), asked once', async (_, status, reason) => {
    behave = answering(status, JSON.stringify({ error: { message: `bad key ${KEY}` } }));
    expect(await failure()).toMatchObject(unavailable(reason));
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['garbage', '<html>sorry</html>'],
    ['nothing', ''],
    ['JSON of another shape', '{"choices":[]}'],
    ['no text', completion(null)],
    ['blank text', completion('  ')],
  ])('is unavailable when its server answers %s', async (_, body) => {
    behave = answering(200, body);
    expect(await failure()).toMatchObject(unavailable('unreadable'));
  });

  it('is unavailable when its answer is larger than is ever read', async () => {
    let sentBytes = 0;
    const mebibyte = 'x'.repeat(1_024 * 1_024);
    behave = (_, response) => {
      const send = (): void => {
        if (response.destroyed || sentBytes >= 64 * mebibyte.length) return void response.end();
        sentBytes += mebibyte.length;
        response.write(mebibyte, send);
      };
      send();
    };
    expect(await failure()).toMatchObject(unavailable('too_large'));
    expect(sentBytes).toBeLessThan(32 * mebibyte.length);
  });

  it.each([
    ['does not answer', (() => undefined) satisfies Behaviour],
    [
      'stops in the middle of its answer',
      ((_, response) => void response.writeHead(200).write('{"choices":')) satisfies Behaviour,
    ],
  ])('is given up when its server %s in time', async (_, behaviour) => {
    behave = behaviour;
    const startedMs = Date.now();
    expect(await failure(TIMEOUT_MS)).toMatchObject({
      kind: 'timeout',
      code: 'ai.model_timeout',
      details: { timeoutMs: TIMEOUT_MS },
    });
    expect(Date.now() - startedMs).toBeLessThan(10 * TIMEOUT_MS);
  });

  it('is unavailable when nobody is there, or the connection breaks', async () => {
    const nobody = model({ baseUrl: 'http://127.0.0.1:1/v1' }).answer(question);
    await expect(nobody).rejects.toMatchObject(unavailable('unreachable'));
    behave = (_, response) => void response.destroy();
    expect(await failure()).toMatchObject(unavailable('unreachable'));
  });

  it('does not carry the key to where it is redirected', async () => {
    behave = answering(307, '', { location: `${baseUrl}/elsewhere` });
    expect(await failure()).toMatchObject(unavailable('unreachable'));
    expect(requests).toHaveLength(1);
  });

  it('is not built with a key or an address that no request can carry, and shows neither', () => {
    expect(() => model({ apiKey: `${KEY}\nx` })).toThrow(/AI_API_KEY holds/);
    const url = 'http://user:hidden@127.0.0.1/v1';
    expect(() => model({ baseUrl: url })).toThrow(/^AI_BASE_URL holds a user or password/);
  });
});

/** All that a log could show of an error. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.stack, JSON.stringify(error), textOf(error.cause ?? '')].join('\n');
}
