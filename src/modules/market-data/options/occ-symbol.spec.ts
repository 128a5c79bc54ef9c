import fc from 'fast-check';
import { money, moneyText } from '../../../kernel/money.js';
import { isoDate } from '../calendar/xnys-calendar.js';
import { parseOccSymbol, rootOf, writeOccSymbol, type OccSymbol } from './occ-symbol.js';

const anyContract: fc.Arbitrary<OccSymbol> = fc.record({
  root: fc.stringMatching(/^[A-Z0-9]{1,6}$/),
  expiry: fc
    .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 11, 31) })
    .map((ms) => isoDate(ms)),
  right: fc.constantFrom('call' as const, 'put' as const),
  strike: fc.integer({ min: 1, max: 99_999_999 }).map((units) => moneyText(money(units).div(1000))),
});

describe('the symbol of a contract', () => {
  it('says root, day, right, and the strike in thousandths', () => {
    expect(parseOccSymbol('AAPL271217C00150000')).toEqual({
      root: 'AAPL',
      expiry: '2027-12-17',
      right: 'call',
      strike: '150',
    });
    expect(parseOccSymbol('V261218P00007250')).toMatchObject({ right: 'put', strike: '7.25' });
    expect(
      writeOccSymbol({ root: 'BRKB', expiry: '2026-12-18', right: 'put', strike: '457.50' }),
    ).toBe('BRKB261218P00457500');
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyContract, (contract) => {
        const symbol = writeOccSymbol(contract) ?? '';
        expect(symbol.length).toBeLessThanOrEqual(21);
        expect(parseOccSymbol(symbol)).toEqual(contract);
      }),
    );
  });

  it.each([
    ['AAPL', 'a share'],
    ['AAPL270230C00150000', 'no day of the calendar'],
    ['AAPL271317C00150000', 'no month'],
    ['AAPL271217X00150000', 'neither call nor put'],
    ['AAPL271217C00000000', 'a strike of nothing'],
    ['AAPL271217C150000', 'a short strike'],
    ['ABCDEFG271217C00150000', 'a long root'],
    ['aapl271217c00150000', 'small letters'],
    ['AAPL 271217C00150000', 'a blank'],
    ['271217C00150000', 'no root'],
  ])('is not %s: %s', (text) => {
    expect(parseOccSymbol(text)).toBeUndefined();
  });

  it.each([
    [{ root: 'TOOLONG' }, 'its root'],
    [{ root: 'BRK.B' }, 'a point'],
    [{ strike: '0.0005' }, 'a finer strike'],
    [{ strike: '100000' }, 'a higher strike'],
    [{ strike: '0' }, 'no strike'],
    [{ expiry: '2127-12-17' }, 'another century'],
  ])('has no room for %j: %s', (part: Partial<OccSymbol>, _what: string) => {
    const contract = { root: 'AAPL', expiry: '2027-12-17', right: 'call', strike: '150' } as const;
    expect(writeOccSymbol({ ...contract, ...part })).toBeUndefined();
  });

  it('has a root without points', () => {
    expect([rootOf('BRK.B'), rootOf('AAPL')]).toEqual(['BRKB', 'AAPL']);
  });
});
