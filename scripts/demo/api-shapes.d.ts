/** What the demo reads of the public API's answers; the whole of them is in the OpenAPI document. */

export interface Quote {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
  readonly asOf: string;
  readonly source: string;
}

export interface Order {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly quantity: string;
  readonly limitPrice: string | null;
  readonly status: string;
  readonly filledQuantity: string;
  readonly averageFillPrice: string | null;
  readonly rejectReason: string | null;
}

export interface Trade {
  readonly id: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
}

export interface SignUp {
  readonly token: string;
  readonly user: { readonly id: string; readonly email: string };
}

export interface Account {
  readonly currency: string;
  readonly availableCash: string;
}

export interface Position {
  readonly symbol: string;
  readonly quantity: string;
  readonly marketValue: string;
}

export interface Portfolio {
  readonly equity: string;
  readonly cash: string;
  readonly positionsValue: string;
  readonly totalReturn: string;
  readonly positions: readonly Position[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
}

/** RFC 9457. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly correlationId: string;
}

export interface LiveMessage {
  readonly channel: string;
  readonly epoch: string;
  readonly seq: number;
  readonly ts: string;
  readonly data: Quote | Order | Trade;
  readonly correlationId?: string;
}

/** Acknowledgement of `subscribe`. */
export interface LiveAnswer {
  readonly ok: boolean;
  readonly channel?: string;
  readonly error?: { readonly code: string };
}
