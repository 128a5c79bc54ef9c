import { Writable } from 'node:stream';
import { parseConfig } from '../config/config.js';
import { Correlation } from '../kernel/correlation.js';
import { createLogger, NestLogger, toLogLine } from './logger.js';

const failure = new Error('broken');

describe('toLogLine', () => {
  it.each([
    [
      "our fields and Nest's context",
      { message: 'request', statusCode: 200 },
      ['Http'],
      { message: 'request', statusCode: 200, context: 'Http' },
    ],
    ['a text', 'started', ['App'], { message: 'started', context: 'App' }],
    ['a text alone', 'started', [], { message: 'started' }],
    ['an error', failure, ['App'], { err: failure, context: 'App' }],
    [
      'a message with its stack',
      'broken',
      ['Error: broken\n    at here', 'App'],
      { message: 'broken', stack: 'Error: broken\n    at here', context: 'App' },
    ],
  ])('keeps %s', (_, message, parameters, line) => {
    expect(toLogLine(message, parameters)).toEqual(line);
  });
});

describe('the log', () => {
  const correlation = new Correlation();
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = createLogger(parseConfig({}), correlation, sink);
  const nest = new NestLogger(logger);
  beforeEach(() => void lines.splice(0));
  afterAll(() => correlation.close());

  it('is JSON lines that carry time, level, role and the correlation id of the request', () => {
    correlation.run('request-1', () =>
      nest.log({ message: 'order filled', orderId: 'o' }, 'Trading'),
    );
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.+Z$/),
        role: 'all',
        pid: process.pid,
        correlationId: 'request-1',
        message: 'order filled',
        orderId: 'o',
        context: 'Trading',
      },
    ]);
  });

  it('hides what must never be in it', () => {
    nest.log({
      message: 'x',
      password: 'p',
      session: { token: 't' },
      headers: { authorization: 'a', cookie: 'c' },
    });
    expect(lines[0]).toMatchObject({
      password: '[redacted]',
      session: { token: '[redacted]' },
      headers: { authorization: '[redacted]', cookie: '[redacted]' },
    });
  });

  it('tells of a failed statement without the values in it', () => {
    const cause = new Error('duplicate key');
    const error = new Error(
      'Failed query: insert into users values ($1)\nparams: secret@example.com',
      { cause },
    );
    nest.error({ message: 'request failed', err: error });
    expect(lines[0]?.['err']).toMatchObject({
      message: expect.stringContaining('insert into users'),
    });
    expect(JSON.stringify(lines)).toContain('duplicate key');
    expect(JSON.stringify(lines)).not.toContain('secret@example.com');
  });

  it('leaves out how the framework puts itself together, and what a failed start says already', () => {
    nest.log('AppModule dependencies initialized', 'InstanceLoader');
    nest.error('cannot start', 'ExceptionHandler');
    expect(lines).toEqual([]);
  });
});
