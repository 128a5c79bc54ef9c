import { money, moneyText } from '../../../kernel/money.js';
import { isoDate } from '../calendar/xnys-calendar.js';
import type { OptionKind } from './black-scholes.js';

/** What the symbol of a contract says. */
export interface OccSymbol {
  /** 1–6 characters of `A–Z 0–9`: the underlying's symbol without its points and dashes. */
  readonly root: string;
  /** `2027-12-17`, in New York. */
  readonly expiry: string;
  readonly right: OptionKind;
  /** USD a share, plain digits: above zero, three places at most. */
  readonly strike: string;
}

const PATTERN = /^([A-Z0-9]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{8})$/;
const ROOT = /^[A-Z0-9]{1,6}$/;
const STRIKE_UNITS = 1_000;
const STRIKE_DIGITS = 8;

/**
 * Reads the compact form of the OCC's symbols: root, yymmdd, `C` or `P`, strike times 1000 in eight digits, without
 * the blanks that fill up the root in the official 21 characters (OCC, "Symbology Initiative", 2010).
 * @param text upper case
 * @returns undefined for whatever is no such symbol
 */
export function parseOccSymbol(text: string): OccSymbol | undefined {
  const [, root, yy, mm, dd, right, units] = PATTERN.exec(text) ?? [];
  if (root === undefined || units === undefined) return undefined;
  const expiry = `20${yy}-${mm}-${dd}`;
  const strike = money(units).div(STRIKE_UNITS);
  if (!isDate(expiry) || strike.isZero()) return undefined;
  return { root, expiry, right: right === 'C' ? 'call' : 'put', strike: moneyText(strike) };
}

/** Whether it is the symbol of a contract, of this market or of any. @param symbol upper case */
export function isContractSymbol(symbol: string): boolean {
  return parseOccSymbol(symbol) !== undefined;
}

/** @returns undefined where the symbol has no room: a longer root, a finer or higher strike, another century. */
export function writeOccSymbol({ root, expiry, right, strike }: OccSymbol): string | undefined {
  const units = money(strike).times(STRIKE_UNITS);
  const digits = units.toFixed();
  const fits = units.gt(0) && units.isInteger() && digits.length <= STRIKE_DIGITS;
  if (!ROOT.test(root) || !fits || !expiry.startsWith('20') || !isDate(expiry)) return undefined;
  const day = expiry.slice(2).replaceAll('-', '');
  return `${root}${day}${right === 'call' ? 'C' : 'P'}${digits.padStart(STRIKE_DIGITS, '0')}`;
}

/** The root that stands for an instrument: `BRK.B` → `BRKB`. */
export function rootOf(symbol: string): string {
  return symbol.replace(/[.-]/g, '');
}

function isDate(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && isoDate(ms) === text;
}
