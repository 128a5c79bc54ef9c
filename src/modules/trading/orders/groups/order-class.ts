/**
 * `simple`: an order of its own · `bracket`: an entry, and two legs that sell what it has bought, at a profit or by a
 * stop · `oto` (one triggers other): an entry and one such leg · `oco` (one cancels other): the two legs, of shares that are
 * held already.
 */
export const ORDER_CLASSES = ['simple', 'bracket', 'oco', 'oto'] as const;
export type OrderClass = (typeof ORDER_CLASSES)[number];

/** What an order is in its group. */
export const GROUP_ROLES = ['entry', 'take_profit', 'stop_loss'] as const;
export type GroupRole = (typeof GROUP_ROLES)[number];

/** Which order of a group its sender has placed, and its answers are about: the others are its legs. */
export function headRoleOf(orderClass: OrderClass): GroupRole {
  return orderClass === 'oco' ? 'take_profit' : 'entry';
}
