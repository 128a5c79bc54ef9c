import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { CORPORATE_ACTION_KINDS } from './corporate-actions/corporate-action.js';
import { transferSchema } from './accounts/transfers.dto.js';
import { haltChangeSchema } from './halts/halts.dto.js';
import { signalSchema } from './signals/signals.dto.js';
import { orderSchema, tradeSchema } from './trading.dto.js';

/**
 * An order was accepted, opened, filled, cancelled or rejected (`order.status`). Of a rejected one,
 * `order.rejectReason` is the code of the error: `trading.insufficient_funds`, `trading.unknown_symbol`.
 */
export const OrderChanged = defineEvent(
  'trading.OrderChanged',
  z.object({ userId: z.uuid(), order: orderSchema }),
);

/** An order traded: execution, cash and position are stored. */
export const OrderFilled = defineEvent(
  'trading.OrderFilled',
  z.object({
    userId: z.uuid(),
    trade: tradeSchema,
    /** It opens a short position, adds to one, or buys one back. */
    ofShort: z.boolean().default(false),
  }),
);

/** Cash came into an account, or left it: what counts gains must leave it out. */
export const CashTransferred = defineEvent(
  'trading.CashTransferred',
  z.object({ userId: z.uuid(), transfer: transferSchema }),
);

/** A corporate action has changed the user's cash, lots or positions. */
export const CorporateActionApplied = defineEvent(
  'trading.CorporateActionApplied',
  z.object({
    userId: z.uuid(),
    actionId: z.uuid(),
    kind: z.enum(CORPORATE_ACTION_KINDS),
    symbol: z.string(),
  }),
);

/** An operator has halted trading in a symbol, or resumed it. */
export const TradingHaltChanged = defineEvent('trading.TradingHaltChanged', haltChangeSchema);

/** A signal has taken a step: it was approved, refused, dismissed, or became an order. */
export const SignalChanged = defineEvent(
  'trading.SignalChanged',
  z.object({ userId: z.uuid(), signal: signalSchema }),
);

/** A signal was stored; it is valid until `signal.validUntil`. */
export const SignalCreated = defineEvent(
  'trading.SignalCreated',
  z.object({ userId: z.uuid(), signal: signalSchema }),
);

/** Every account was held against its journal. */
export const LedgerReconciled = defineEvent(
  'trading.LedgerReconciled',
  z.object({
    checkId: z.uuid(),
    accounts: z.number().int(),
    /** In the journals. */
    entries: z.number().int(),
    /** Accounts that are not what their journals say. */
    differing: z.number().int(),
    /** The first of them. */
    accountIds: z.array(z.uuid()),
  }),
);

/** A check of the ledger came to no end; told again while that is so. */
export const LedgerCheckStalled = defineEvent(
  'trading.LedgerCheckStalled',
  z.object({
    checkId: z.uuid(),
    startedAt: z.iso.datetime(),
    /** That it has held against their journals before. */
    accounts: z.number().int(),
  }),
);

/** In the outbox, what becomes of an account keeps its order: whoever writes here has locked the account's row. */
export function accountStream(accountId: string): { readonly stream: string } {
  return { stream: `account:${accountId}` };
}

/** What becomes of a user's signals keeps its order too: whoever writes here has called `SignalsRepository.lock`. */
export function signalStream(userId: string): { readonly stream: string } {
  return { stream: `signals:${userId}` };
}
