import type { AccountRow } from '../../../src/modules/trading/accounts/accounts.table.js';
import type { CorporateAction } from '../../../src/modules/trading/corporate-actions/corporate-action.js';
import type {
  ExecutionRow,
  PositionRow,
} from '../../../src/modules/trading/execution/executions.table.js';
import type {
  LotClosureRow,
  PositionLotRow,
} from '../../../src/modules/trading/execution/lots.table.js';
import {
  AccountAudit,
  type Difference,
} from '../../../src/modules/trading/ledger/account-audit.js';
import type { LedgerEntry } from '../../../src/modules/trading/ledger/ledger.repository.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';

/** What the database keeps of an account. */
export interface KeptAccount {
  account: AccountRow;
  entries: LedgerEntry[];
  executions: ExecutionRow[];
  orders: OrderRow[];
  positions: PositionRow[];
  lots: PositionLotRow[];
  closures: LotClosureRow[];
  /** By id. */
  actions: ReadonlyMap<string, CorporateAction>;
}

/** What its audit finds. */
export function differencesOf(kept: KeptAccount): readonly Difference[] {
  const { account, entries, executions, orders, positions, lots, closures, actions } = kept;
  const audit = new AccountAudit();
  for (const entry of entries) audit.addEntry(entry);
  for (const execution of executions) audit.addExecution(execution);
  for (const order of orders) audit.addOrder(order);
  for (const lot of lots) audit.addLot(lot);
  for (const closure of closures) audit.addClosure(closure);
  for (const [id, action] of actions) audit.addAction(id, action);
  return audit.finish(account, positions);
}
