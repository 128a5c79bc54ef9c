import {
  BadRequestException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import { toProblemDetails } from './problem-details.js';

const ID = 'correlation-1';

describe('toProblemDetails', () => {
  it('tells what an AppError says, with its code and safe details', () => {
    const error = new AppError('unprocessable', 'trading.insufficient_funds', 'Not enough cash.', {
      details: { required: '10' },
      cause: new Error('select secret from table'),
    });
    expect(toProblemDetails(error, ID)).toEqual({
      type: 'urn:bourse:error:trading.insufficient_funds',
      title: 'Unprocessable Content',
      status: 422,
      detail: 'Not enough cash.',
      code: 'trading.insufficient_funds',
      correlationId: ID,
      details: { required: '10' },
    });
  });

  it.each([
    ['a bug', new TypeError("cannot read 'x' of undefined")],
    [
      'an internal AppError',
      new AppError('internal', 'trading.broken', 'row 17 of accounts is broken'),
    ],
    ['something that is no error', 'surprise'],
    ['a failure of the framework', new ServiceUnavailableException('pool exhausted at 10.0.0.7')],
    [
      'an error that claims a silly status',
      Object.assign(new Error('x'), { statusCode: 'teapot' }),
    ],
  ])('tells nothing about %s but where to look for it', (_, error) => {
    expect(toProblemDetails(error, ID)).toEqual({
      type: 'urn:bourse:error:internal',
      title: 'Internal Server Error',
      status: 500,
      detail: 'Something went wrong on our side.',
      code: 'internal',
      correlationId: ID,
    });
  });

  it('says that a database that does not answer is no bug', () => {
    const error = new Error('Failed query: select 1', {
      cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    });
    expect(toProblemDetails(error, ID)).toMatchObject({ status: 503, code: 'unavailable' });
  });

  it('says that a statement that the database has ended is no bug', () => {
    const error = new Error('Failed query: select 1', {
      cause: Object.assign(new Error('x'), { code: '57014' }),
    });
    expect(toProblemDetails(error, ID)).toMatchObject({ status: 504, code: 'timeout' });
  });

  it.each([
    [new NotFoundException('Cannot GET /x'), 404, 'request.no_such_route'],
    [new BadRequestException('bad'), 400, 'request.malformed'],
    [Object.assign(new Error('too large'), { statusCode: 413 }), 413, 'request.too_large'],
    [Object.assign(new Error('odd'), { statusCode: 418 }), 418, 'request.refused'],
  ])('passes on what the HTTP layer refused: %s', (error, status, code) => {
    expect(toProblemDetails(error, ID)).toMatchObject({ status, code });
  });
});
