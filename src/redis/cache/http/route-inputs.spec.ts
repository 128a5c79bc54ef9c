import { Controller, createParamDecorator, Get, Headers, Param, Query, Req } from '@nestjs/common';
import { z } from 'zod';
import { readInputs, routeInputsOf } from './route-inputs.js';

const Caller = createParamDecorator(() => 'somebody');
const pageSchema = z.strictObject({
  page: z.coerce.number().int().default(1),
  sort: z.enum(['asc', 'desc']).optional(),
});
const symbolSchema = z.string().max(5).toUpperCase();

@Controller('things')
class Things {
  @Get(':symbol')
  plain(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: pageSchema }) page: object,
    @Query('q') q: string,
  ): unknown[] {
    return [symbol, page, q];
  }

  @Get()
  mine(@Caller() caller: string, @Query('q') q: string): unknown[] {
    return [caller, q];
  }

  @Get()
  any(@Query() query: object): object {
    return query;
  }

  @Get()
  raw(@Req() request: object): object {
    return request;
  }

  @Get()
  language(@Headers('accept-language') language: string): string {
    return language;
  }

  @Get()
  nothing(): void {}
}

const read = (query: object, symbol = 'aapl') =>
  readInputs(routeInputsOf(Things, 'plain', false), { params: { symbol }, query });

describe('what a handler takes in', () => {
  it('is read as the handler sees it: checked, with defaults, and nothing else', async () => {
    const values = [{ symbol: 'AAPL' }, { page: 1 }, { q: undefined }];
    expect(await read({})).toEqual(values);
    expect(await read({ page: '1' })).toEqual(values);
    expect(await read({ sort: 'asc' })).toEqual([
      { symbol: 'AAPL' },
      { page: 1, sort: 'asc' },
      { q: undefined },
    ]);
  });

  it.each([{ page: 'x' }, { junk: '1' }, { page: ['1', '2'] }, { sort: 'up' }])(
    'is nothing where the handler would refuse it: %j',
    async (query) => {
      expect(await read(query)).toBeUndefined();
    },
  );

  it('is nothing where a part of the path is refused', async () => {
    expect(await read({}, 'too long')).toBeUndefined();
  });

  it('leaves out the caller, where answers have an owner', () => {
    expect(routeInputsOf(Things, 'mine', true)).toEqual([
      { from: 'query', name: 'q', schema: undefined },
    ]);
    expect(routeInputsOf(Things, 'nothing', false)).toEqual([]);
  });

  it.each([
    ['mine', false, 'parameter 0 takes what the key does not tell apart'],
    ['any', true, 'parameter 0 takes any query: give it a schema or a name'],
    ['raw', true, 'parameter 0 takes what the key does not tell apart'],
    ['language', true, 'parameter 0 takes what the key does not tell apart'],
  ])('of %s (may know the caller: %s) cannot name an answer', (method, mayKnow, why) => {
    expect(() => routeInputsOf(Things, method, mayKnow)).toThrow(why);
  });
});
