import { isConnectionFailure, isStatementTimeout } from './connection-failure.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('isConnectionFailure', () => {
  it.each([
    ['a refused connection', coded('ECONNREFUSED')],
    ['a server that shuts down', coded('57P01')],
    ['a server that has ended an idle transaction', coded('25P03')],
    ['a connection that was cut', new Error('Connection terminated unexpectedly')],
    ['an exhausted pool', new Error('timeout exceeded when trying to connect')],
    [
      'a failed statement because of one',
      new Error('Failed query: select 1', { cause: coded('ECONNRESET') }),
    ],
  ])('tells %s', (_, error) => {
    expect(isConnectionFailure(error)).toBe(true);
  });

  it.each([
    ['a duplicate key', coded('23505')],
    ['a statement that took too long', coded('57014')],
    ['a bug', new TypeError('x is undefined')],
    ['no error at all', 'ECONNREFUSED'],
  ])('is not taken in by %s', (_, error) => {
    expect(isConnectionFailure(error)).toBe(false);
  });

  it('ends on errors that cause each other', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(isConnectionFailure(error)).toBe(false);
  });
});

describe('isStatementTimeout', () => {
  it.each([
    ['a statement that was ended', coded('57014'), true],
    ['a failed statement because of that', new Error('x', { cause: coded('57014') }), true],
    ['a connection that was', coded('25P03'), false],
    ['no error at all', '57014', false],
  ])('tells %s', (_, error, expected) => {
    expect(isStatementTimeout(error)).toBe(expected);
  });
});
