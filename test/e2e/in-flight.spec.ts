import { Controller, Get, Module, Param } from '@nestjs/common';
import { MaxInFlight, SignedIn } from '../../src/http/index.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startProbe, type Probe } from './support/probe.js';

const LIMIT = 16;

/** What is under way until the test ends it. */
let running: Deferred<string>[] = [];

@SignedIn()
@Controller('api/probe')
class SlowController {
  @Get('slow')
  @MaxInFlight('ai.chat')
  slow(): Promise<string> {
    const work = new Deferred<string>();
    running.push(work);
    return work.promise;
  }
  @Get('echo/:text')
  echo(@Param('text') text: string): string {
    return text;
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

describe.each(BACKENDS)('calls in flight on $name', (kind) => {
  let backend: Backend;
  let probe: Probe;
  beforeAll(async () => {
    backend = await kind.create();
    probe = await startProbe(backend, [SlowModule]);
  });
  afterAll(async () => {
    await probe.app.close();
    await backend.remove();
  });
  beforeEach(() => {
    running = [];
  });

  const askTimes = (trader: ApiClient, times: number) =>
    Array.from({ length: times }, () => trader.get<Problem>('/api/probe/slow'));
  const untilRunning = (count: number) => eventually(() => expect(running).toHaveLength(count));

  it('are as many as the policy says for each user, and one more is refused at once', async () => {
    const [ada, bob] = [await probe.trader(), await probe.trader()];
    const under = askTimes(ada, LIMIT);
    await untilRunning(LIMIT);
    const refused = await ada.get<Problem>('/api/probe/slow');
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'in_flight.exceeded', details: { policy: 'ai.chat', limit: LIMIT } },
    });
    expect(refused.headers.get('retry-after')).toBe('1');
    // Neither another user nor another route is concerned.
    const others = askTimes(bob, 1);
    await untilRunning(LIMIT + 1);
    expect((await ada.get('/api/probe/echo/x')).status).toBe(200);
    for (const work of running) work.resolve('done');
    const answers = await Promise.all([...under, ...others]);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it('of a client that hangs up keep their place until they end, and leave it then', async () => {
    const trader = await probe.trader();
    const { token = '', url } = trader;
    const leaving = new AbortController();
    const calls = Array.from({ length: LIMIT }, () =>
      fetch(`${url}/api/probe/slow`, {
        headers: { authorization: `Bearer ${token}` },
        signal: leaving.signal,
      }).catch(() => 'hung up'),
    );
    await untilRunning(LIMIT);
    leaving.abort();
    expect(await Promise.all(calls)).toEqual(Array(LIMIT).fill('hung up'));
    expect((await trader.get<Problem>('/api/probe/slow')).body.code).toBe('in_flight.exceeded');
    for (const work of running) work.resolve('for nobody');
    const ended = running.length;
    let next: Promise<unknown> | undefined;
    // Refused until the places are free, and then one that is under way.
    await eventually(async () => {
      const call = trader.get<Problem>('/api/probe/slow');
      const first = await Promise.race([call, untilRunning(ended + 1)]);
      expect(first).toBeUndefined();
      next = call;
    });
    running.at(-1)?.resolve('done');
    expect(await next).toMatchObject({ status: 200 });
  });

  it('leave room again, however they end', async () => {
    const trader = await probe.trader();
    let ended = 0;
    const under = askTimes(trader, LIMIT).map((call) => call.finally(() => (ended += 1)));
    await untilRunning(LIMIT);
    running[0]?.resolve('done');
    running[1]?.reject(new Error('failed'));
    await eventually(() => expect(ended).toBe(2));
    // Both places, and no third one.
    const next = askTimes(trader, 3);
    await untilRunning(LIMIT + 2);
    expect(await Promise.race(next)).toMatchObject({ status: 429 });
    for (const work of running) work.resolve('done');
    const statuses = (await Promise.all(under)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 500)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT - 1);
  });
});
