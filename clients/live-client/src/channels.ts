// Written by `npm run live-client:types` from the server's AsyncAPI document: changes belong into its channels.

/** What each channel sends, and what a client begins with. */

export interface LiveChannels {
  'ai-studio.training': {
    message: {
      id: string;
      modelId: string;
      status: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
      /**
       * percent
       */
      progress: number;
      /**
       * of the model, once finished
       */
      version: number | null;
      failure: {
        code: string;
        reason: string;
      } | null;
      createdAt: string;
      startedAt: string | null;
      finishedAt: string | null;
      updatedAt: string;
    };
    snapshot: {
      id: string;
      modelId: string;
      status: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
      /**
       * percent
       */
      progress: number;
      /**
       * of the model, once finished
       */
      version: number | null;
      failure: {
        code: string;
        reason: string;
      } | null;
      createdAt: string;
      startedAt: string | null;
      finishedAt: string | null;
      updatedAt: string;
    };
  };
  'journal.import': {
    message: {
      id: string;
      fileName: string;
      sizeBytes: number;
      format: 'generic' | 'schwab' | 'trading212';
      status: 'uploading' | 'queued' | 'running' | 'done' | 'failed' | 'undone';
      /**
       * of the file
       */
      progressPercent: number;
      /**
       * lines read, without the header and empty ones
       */
      rows: number;
      /**
       * trades added to the journal
       */
      imported: number;
      /**
       * trades that the journal had already
       */
      duplicates: number;
      /**
       * lines that are no trades, such as dividends and deposits
       */
      skipped: number;
      /**
       * lines that cannot be read; the others count all the same
       */
      failed: number;
      /**
       * why the import as a whole came to nothing
       */
      failure: {
        code: string;
        message: string;
      } | null;
      /**
       * of two live messages about an import, the higher is the later
       */
      version: number;
      createdAt: string;
      updatedAt: string;
      finishedAt: string | null;
    };
    snapshot: {
      id: string;
      fileName: string;
      sizeBytes: number;
      format: 'generic' | 'schwab' | 'trading212';
      status: 'uploading' | 'queued' | 'running' | 'done' | 'failed' | 'undone';
      /**
       * of the file
       */
      progressPercent: number;
      /**
       * lines read, without the header and empty ones
       */
      rows: number;
      /**
       * trades added to the journal
       */
      imported: number;
      /**
       * trades that the journal had already
       */
      duplicates: number;
      /**
       * lines that are no trades, such as dividends and deposits
       */
      skipped: number;
      /**
       * lines that cannot be read; the others count all the same
       */
      failed: number;
      /**
       * why the import as a whole came to nothing
       */
      failure: {
        code: string;
        message: string;
      } | null;
      /**
       * of two live messages about an import, the higher is the later
       */
      version: number;
      createdAt: string;
      updatedAt: string;
      finishedAt: string | null;
    };
  };
  'market.order-book': {
    message: {
      symbol: string;
      /**
       * the highest price first: that is the bid of the quote
       */
      bids: {
        /**
         * USD
         */
        price: string;
        /**
         * units
         */
        size: string;
      }[];
      /**
       * the lowest price first: that is the ask of the quote
       */
      asks: {
        /**
         * USD
         */
        price: string;
        /**
         * units
         */
        size: string;
      }[];
      asOf: string;
      /**
       * simulated: a random market; replay: recorded bars
       */
      source: 'simulated' | 'replay';
    };
    snapshot: {
      symbol: string;
      /**
       * the highest price first: that is the bid of the quote
       */
      bids: {
        /**
         * USD
         */
        price: string;
        /**
         * units
         */
        size: string;
      }[];
      /**
       * the lowest price first: that is the ask of the quote
       */
      asks: {
        /**
         * USD
         */
        price: string;
        /**
         * units
         */
        size: string;
      }[];
      asOf: string;
      /**
       * simulated: a random market; replay: recorded bars
       */
      source: 'simulated' | 'replay';
    } | null;
  };
  'market.quote': {
    message: {
      symbol: string;
      /**
       * USD that a seller gets
       */
      bid: string;
      /**
       * USD that a buyer pays
       */
      ask: string;
      /**
       * USD of the last trade
       */
      last: string;
      bidSize?: string;
      askSize?: string;
      previousClose?: string;
      /**
       * the tick that made these prices; up to 2 s old through the cache
       */
      asOf: string;
      /**
       * simulated: a random market; replay: recorded bars
       */
      source: 'simulated' | 'replay';
      /**
       * replay: date of the bar being played
       */
      barDate?: string;
    };
    snapshot: {
      symbol: string;
      /**
       * USD that a seller gets
       */
      bid: string;
      /**
       * USD that a buyer pays
       */
      ask: string;
      /**
       * USD of the last trade
       */
      last: string;
      bidSize?: string;
      askSize?: string;
      previousClose?: string;
      /**
       * the tick that made these prices; up to 2 s old through the cache
       */
      asOf: string;
      /**
       * simulated: a random market; replay: recorded bars
       */
      source: 'simulated' | 'replay';
      /**
       * replay: date of the bar being played
       */
      barDate?: string;
    } | null;
  };
  'market.status': {
    message: {
      /**
       * New York Stock Exchange
       */
      market: 'XNYS';
      state: 'open' | 'closed';
      reason: 'session' | 'before-open' | 'after-close' | 'weekend' | 'holiday';
      holiday: string | null;
      /**
       * of the day in New York
       */
      session: {
        /**
         * in New York
         */
        date: string;
        opensAt: string;
        closesAt: string;
        earlyClose: boolean;
      } | null;
      nextOpenAt: string;
      nextCloseAt: string;
      asOf: string;
      /**
       * the rules of the exchange; prices here never rest
       */
      source: 'calendar';
    };
    snapshot: {
      /**
       * New York Stock Exchange
       */
      market: 'XNYS';
      state: 'open' | 'closed';
      reason: 'session' | 'before-open' | 'after-close' | 'weekend' | 'holiday';
      holiday: string | null;
      /**
       * of the day in New York
       */
      session: {
        /**
         * in New York
         */
        date: string;
        opensAt: string;
        closesAt: string;
        earlyClose: boolean;
      } | null;
      nextOpenAt: string;
      nextCloseAt: string;
      asOf: string;
      /**
       * the rules of the exchange; prices here never rest
       */
      source: 'calendar';
    } | null;
  };
  notifications: {
    message: {
      id: string;
      kind:
        | 'order-filled'
        | 'order-rejected'
        | 'signal-received'
        | 'price-alert'
        | 'import-finished'
        | 'training-finished'
        | 'alert-raised'
        | 'alert-resolved'
        | 'password-changed'
        | 'new-device'
        | 'digest';
      title: string;
      body: string;
      /**
       * ids and figures of what happened
       */
      data: {
        [k: string]: string | number | null;
      };
      createdAt: string;
      readAt: string | null;
    };
    snapshot: {
      items: {
        id: string;
        kind:
          | 'order-filled'
          | 'order-rejected'
          | 'signal-received'
          | 'price-alert'
          | 'import-finished'
          | 'training-finished'
          | 'alert-raised'
          | 'alert-resolved'
          | 'password-changed'
          | 'new-device'
          | 'digest';
        title: string;
        body: string;
        /**
         * ids and figures of what happened
         */
        data: {
          [k: string]: string | number | null;
        };
        createdAt: string;
        readAt: string | null;
      }[];
      nextCursor: string | null;
      /**
       * of all, not of this page; counted up to 1000
       */
      unreadCount: number;
    };
  };
  'ops.alerts': {
    message: {
      id: string;
      /**
       * redis_connection, redis_memory, cache_hit_rate, cache_link, slow_queries, outbox_failing, queue_backlog:<queue>, queue_stuck:<queue>
       */
      kind: string;
      message: string;
      /**
       * while it is active: as of the last evaluation
       */
      value: number | null;
      threshold: number | null;
      state: 'active' | 'resolved';
      raisedAt: string;
      resolvedAt: string | null;
    };
    snapshot: {
      alerts: {
        id: string;
        /**
         * redis_connection, redis_memory, cache_hit_rate, cache_link, slow_queries, outbox_failing, queue_backlog:<queue>, queue_stuck:<queue>
         */
        kind: string;
        message: string;
        /**
         * while it is active: as of the last evaluation
         */
        value: number | null;
        threshold: number | null;
        state: 'active' | 'resolved';
        raisedAt: string;
        resolvedAt: string | null;
      }[];
    };
  };
  'ops.jobs': {
    message: {
      jobs: {
        queue: string;
        id: string;
        /**
         * what it does: train-model
         */
        job: string;
        /**
         * 1 on the first run
         */
        attempt: number;
        /**
         * as far as it has told; 0 for one that tells nothing
         */
        percent: number;
        startedAt: string | null;
        correlationId: string;
      }[];
    };
    snapshot: {
      jobs: {
        queue: string;
        id: string;
        /**
         * what it does: train-model
         */
        job: string;
        /**
         * 1 on the first run
         */
        attempt: number;
        /**
         * as far as it has told; 0 for one that tells nothing
         */
        percent: number;
        startedAt: string | null;
        correlationId: string;
      }[];
    } | null;
  };
  'ops.queues': {
    message: {
      items: {
        name: string;
        /**
         * due, and not begun
         */
        waiting: number;
        delayed: number;
        active: number;
        /**
         * as many as are still kept
         */
        completed: number;
        failed: number;
        paused: boolean;
        oldestWaitingSince: string | null;
      }[];
    };
    snapshot: {
      items: {
        name: string;
        /**
         * due, and not begun
         */
        waiting: number;
        delayed: number;
        active: number;
        /**
         * as many as are still kept
         */
        completed: number;
        failed: number;
        paused: boolean;
        oldestWaitingSince: string | null;
      }[];
    } | null;
  };
  'portfolio.summary': {
    message: {
      currency: 'USD';
      cash: string;
      positionsValue: string;
      /**
       * cash and positions
       */
      equity: string;
      /**
       * cash put in so far, less what was taken out
       */
      contributed: string;
      unrealizedPnl: string;
      realizedPnl: string;
      /**
       * equity against the cash that was put in: "0.05" is 5 %
       */
      totalReturn: string;
      positions: {
        symbol: string;
        /**
         * shares; below zero sold short; of options those under contract, below zero written
         */
        quantity: string;
        /**
         * of options, and of nothing else: 100 shares each
         */
        contracts?: string;
        /**
         * of what is sold short: USD that stand behind it
         */
        collateral?: string;
        /**
         * USD a share that the open lots cost, fees included
         */
        averageCost: string;
        /**
         * USD a share: the bid, of what is written or sold short the ask; null without a quote
         */
        price: string | null;
        /**
         * USD
         */
        marketValue: string | null;
        /**
         * USD
         */
        unrealizedPnl: string | null;
        /**
         * USD that closing lots has won
         */
        realizedPnl: string;
        /**
         * time of the quote
         */
        asOf: string | null;
      }[];
      /**
       * symbols without a quote: counted at what they cost
       */
      unpriced: string[];
      /**
       * when it was computed; up to 10 min ago unless an order was filled since
       */
      asOf: string;
    };
    snapshot: {
      currency: 'USD';
      cash: string;
      positionsValue: string;
      /**
       * cash and positions
       */
      equity: string;
      /**
       * cash put in so far, less what was taken out
       */
      contributed: string;
      unrealizedPnl: string;
      realizedPnl: string;
      /**
       * equity against the cash that was put in: "0.05" is 5 %
       */
      totalReturn: string;
      positions: {
        symbol: string;
        /**
         * shares; below zero sold short; of options those under contract, below zero written
         */
        quantity: string;
        /**
         * of options, and of nothing else: 100 shares each
         */
        contracts?: string;
        /**
         * of what is sold short: USD that stand behind it
         */
        collateral?: string;
        /**
         * USD a share that the open lots cost, fees included
         */
        averageCost: string;
        /**
         * USD a share: the bid, of what is written or sold short the ask; null without a quote
         */
        price: string | null;
        /**
         * USD
         */
        marketValue: string | null;
        /**
         * USD
         */
        unrealizedPnl: string | null;
        /**
         * USD that closing lots has won
         */
        realizedPnl: string;
        /**
         * time of the quote
         */
        asOf: string | null;
      }[];
      /**
       * symbols without a quote: counted at what they cost
       */
      unpriced: string[];
      /**
       * when it was computed; up to 10 min ago unless an order was filled since
       */
      asOf: string;
    } | null;
  };
  'trading.fills': {
    message: {
      id: string;
      orderId: string;
      symbol: string;
      side: 'buy' | 'sell';
      /**
       * shares
       */
      quantity: string;
      /**
       * USD a share
       */
      price: string;
      /**
       * time of the quote it was filled on
       */
      quoteAsOf: string;
      quoteSource: string;
      /**
       * USD, beside the price
       */
      fee?: string;
      /**
       * the kind of order that the quote filled
       */
      rule?: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
      /**
       * of its entry in the journal of the account: the order in which its fills happened
       */
      sequence?: number;
      /**
       * USD a share that the price is worse than the ask (a buy) or the bid (a sale)
       */
      slippage?: string;
      /**
       * it was filled on; null of trades from before it was kept
       */
      quote?: {
        bid: string;
        ask: string;
        /**
         * shares
         */
        bidSize: string | null;
        /**
         * shares
         */
        askSize: string | null;
      } | null;
      executedAt: string;
    };
    snapshot: {
      trades: {
        id: string;
        orderId: string;
        symbol: string;
        side: 'buy' | 'sell';
        /**
         * shares
         */
        quantity: string;
        /**
         * USD a share
         */
        price: string;
        /**
         * time of the quote it was filled on
         */
        quoteAsOf: string;
        quoteSource: string;
        /**
         * USD, beside the price
         */
        fee?: string;
        /**
         * the kind of order that the quote filled
         */
        rule?: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
        /**
         * of its entry in the journal of the account: the order in which its fills happened
         */
        sequence?: number;
        /**
         * USD a share that the price is worse than the ask (a buy) or the bid (a sale)
         */
        slippage?: string;
        /**
         * it was filled on; null of trades from before it was kept
         */
        quote?: {
          bid: string;
          ask: string;
          /**
           * shares
           */
          bidSize: string | null;
          /**
           * shares
           */
          askSize: string | null;
        } | null;
        executedAt: string;
      }[];
    };
  };
  'trading.halts': {
    message: {
      symbol: string;
      halted: boolean;
      /**
       * null: it trades again
       */
      reason: string | null;
      at: string;
    };
    snapshot: {
      halts: {
        symbol: string;
        reason: string;
        haltedAt: string;
      }[];
    };
  };
  'trading.orders': {
    message: {
      id: string;
      client_order_id: string;
      symbol: string;
      side: 'buy' | 'sell';
      type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
      /**
       * shares; of an order by notional an estimate until it trades, and then what has traded and what the rest would buy or sell at that price
       */
      quantity: string;
      /**
       * USD that the order is for, instead of a quantity
       */
      notional?: string | null;
      /**
       * USD a share
       */
      limitPrice: string | null;
      /**
       * USD a share; of a trailing stop as it is now, null until it waits
       */
      stopPrice?: string | null;
      /**
       * USD a share
       */
      trailAmount?: string | null;
      trailPercent?: string | null;
      /**
       * best last trade since a trailing stop waits, USD a share
       */
      waterMark?: string | null;
      /**
       * its stop was reached
       */
      triggeredAt?: string | null;
      timeInForce?: 'gtc' | 'gtd' | 'day' | 'ioc' | 'fok' | 'opg' | 'cls';
      extendedHours?: boolean;
      /**
       * the auction that it waits for
       */
      worksFrom?: string | null;
      expiresAt?: string | null;
      /**
       * the order whose place it took
       */
      replaces?: string | null;
      orderClass?: 'simple' | 'bracket' | 'oco' | 'oto';
      /**
       * the first order of its group
       */
      groupId?: string | null;
      /**
       * what it is in its group
       */
      groupRole?: ('entry' | 'take_profit' | 'stop_loss') | null;
      status:
        | 'held'
        | 'accepted'
        | 'open'
        | 'partially_filled'
        | 'filled'
        | 'cancelled'
        | 'rejected'
        | 'expired'
        | 'replaced';
      /**
       * shares
       */
      filledQuantity: string;
      /**
       * USD a share
       */
      averageFillPrice: string | null;
      /**
       * USD that it has cost so far, beside the prices
       */
      fees?: string;
      /**
       * that it is to close
       */
      lots?:
        | {
            id: string;
            /**
             * shares
             */
            quantity: string;
          }[]
        | null;
      rejectReason: string | null;
      /**
       * of two live messages about an order, the higher is the later
       */
      version: number;
      createdAt: string;
      updatedAt: string;
      /**
       * of the order that a group was placed as, in the answers to placing and reading it: those that are its legs now
       */
      legs?:
        | {
            id: string;
            client_order_id: string;
            symbol: string;
            side: 'buy' | 'sell';
            type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
            /**
             * shares; of an order by notional an estimate until it trades, and then what has traded and what the rest would buy or sell at that price
             */
            quantity: string;
            /**
             * USD that the order is for, instead of a quantity
             */
            notional?: string | null;
            /**
             * USD a share
             */
            limitPrice: string | null;
            /**
             * USD a share; of a trailing stop as it is now, null until it waits
             */
            stopPrice?: string | null;
            /**
             * USD a share
             */
            trailAmount?: string | null;
            trailPercent?: string | null;
            /**
             * best last trade since a trailing stop waits, USD a share
             */
            waterMark?: string | null;
            /**
             * its stop was reached
             */
            triggeredAt?: string | null;
            timeInForce?: 'gtc' | 'gtd' | 'day' | 'ioc' | 'fok' | 'opg' | 'cls';
            extendedHours?: boolean;
            /**
             * the auction that it waits for
             */
            worksFrom?: string | null;
            expiresAt?: string | null;
            /**
             * the order whose place it took
             */
            replaces?: string | null;
            orderClass?: 'simple' | 'bracket' | 'oco' | 'oto';
            /**
             * the first order of its group
             */
            groupId?: string | null;
            /**
             * what it is in its group
             */
            groupRole?: ('entry' | 'take_profit' | 'stop_loss') | null;
            status:
              | 'held'
              | 'accepted'
              | 'open'
              | 'partially_filled'
              | 'filled'
              | 'cancelled'
              | 'rejected'
              | 'expired'
              | 'replaced';
            /**
             * shares
             */
            filledQuantity: string;
            /**
             * USD a share
             */
            averageFillPrice: string | null;
            /**
             * USD that it has cost so far, beside the prices
             */
            fees?: string;
            /**
             * that it is to close
             */
            lots?:
              | {
                  id: string;
                  /**
                   * shares
                   */
                  quantity: string;
                }[]
              | null;
            rejectReason: string | null;
            /**
             * of two live messages about an order, the higher is the later
             */
            version: number;
            createdAt: string;
            updatedAt: string;
          }[]
        | null;
    };
    snapshot: {
      orders: {
        id: string;
        client_order_id: string;
        symbol: string;
        side: 'buy' | 'sell';
        type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
        /**
         * shares; of an order by notional an estimate until it trades, and then what has traded and what the rest would buy or sell at that price
         */
        quantity: string;
        /**
         * USD that the order is for, instead of a quantity
         */
        notional?: string | null;
        /**
         * USD a share
         */
        limitPrice: string | null;
        /**
         * USD a share; of a trailing stop as it is now, null until it waits
         */
        stopPrice?: string | null;
        /**
         * USD a share
         */
        trailAmount?: string | null;
        trailPercent?: string | null;
        /**
         * best last trade since a trailing stop waits, USD a share
         */
        waterMark?: string | null;
        /**
         * its stop was reached
         */
        triggeredAt?: string | null;
        timeInForce?: 'gtc' | 'gtd' | 'day' | 'ioc' | 'fok' | 'opg' | 'cls';
        extendedHours?: boolean;
        /**
         * the auction that it waits for
         */
        worksFrom?: string | null;
        expiresAt?: string | null;
        /**
         * the order whose place it took
         */
        replaces?: string | null;
        orderClass?: 'simple' | 'bracket' | 'oco' | 'oto';
        /**
         * the first order of its group
         */
        groupId?: string | null;
        /**
         * what it is in its group
         */
        groupRole?: ('entry' | 'take_profit' | 'stop_loss') | null;
        status:
          | 'held'
          | 'accepted'
          | 'open'
          | 'partially_filled'
          | 'filled'
          | 'cancelled'
          | 'rejected'
          | 'expired'
          | 'replaced';
        /**
         * shares
         */
        filledQuantity: string;
        /**
         * USD a share
         */
        averageFillPrice: string | null;
        /**
         * USD that it has cost so far, beside the prices
         */
        fees?: string;
        /**
         * that it is to close
         */
        lots?:
          | {
              id: string;
              /**
               * shares
               */
              quantity: string;
            }[]
          | null;
        rejectReason: string | null;
        /**
         * of two live messages about an order, the higher is the later
         */
        version: number;
        createdAt: string;
        updatedAt: string;
        /**
         * of the order that a group was placed as, in the answers to placing and reading it: those that are its legs now
         */
        legs?:
          | {
              id: string;
              client_order_id: string;
              symbol: string;
              side: 'buy' | 'sell';
              type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
              /**
               * shares; of an order by notional an estimate until it trades, and then what has traded and what the rest would buy or sell at that price
               */
              quantity: string;
              /**
               * USD that the order is for, instead of a quantity
               */
              notional?: string | null;
              /**
               * USD a share
               */
              limitPrice: string | null;
              /**
               * USD a share; of a trailing stop as it is now, null until it waits
               */
              stopPrice?: string | null;
              /**
               * USD a share
               */
              trailAmount?: string | null;
              trailPercent?: string | null;
              /**
               * best last trade since a trailing stop waits, USD a share
               */
              waterMark?: string | null;
              /**
               * its stop was reached
               */
              triggeredAt?: string | null;
              timeInForce?: 'gtc' | 'gtd' | 'day' | 'ioc' | 'fok' | 'opg' | 'cls';
              extendedHours?: boolean;
              /**
               * the auction that it waits for
               */
              worksFrom?: string | null;
              expiresAt?: string | null;
              /**
               * the order whose place it took
               */
              replaces?: string | null;
              orderClass?: 'simple' | 'bracket' | 'oco' | 'oto';
              /**
               * the first order of its group
               */
              groupId?: string | null;
              /**
               * what it is in its group
               */
              groupRole?: ('entry' | 'take_profit' | 'stop_loss') | null;
              status:
                | 'held'
                | 'accepted'
                | 'open'
                | 'partially_filled'
                | 'filled'
                | 'cancelled'
                | 'rejected'
                | 'expired'
                | 'replaced';
              /**
               * shares
               */
              filledQuantity: string;
              /**
               * USD a share
               */
              averageFillPrice: string | null;
              /**
               * USD that it has cost so far, beside the prices
               */
              fees?: string;
              /**
               * that it is to close
               */
              lots?:
                | {
                    id: string;
                    /**
                     * shares
                     */
                    quantity: string;
                  }[]
                | null;
              rejectReason: string | null;
              /**
               * of two live messages about an order, the higher is the later
               */
              version: number;
              createdAt: string;
              updatedAt: string;
            }[]
          | null;
      }[];
    };
  };
  'trading.positions': {
    message: {
      /**
       * live: those that changed; one that was sold out has the quantity "0"
       */
      positions: {
        symbol: string;
        /**
         * shares; below zero sold short; of options those under contract, below zero written
         */
        quantity: string;
        /**
         * of options, and of nothing else: 100 shares each
         */
        contracts?: string;
        /**
         * of what is sold short: USD that stand behind it
         */
        collateral?: string;
        /**
         * USD a share that the open lots cost, fees included
         */
        averageCost: string;
        /**
         * USD a share: the bid, of what is written or sold short the ask; null without a quote
         */
        price: string | null;
        /**
         * USD
         */
        marketValue: string | null;
        /**
         * USD
         */
        unrealizedPnl: string | null;
        /**
         * USD that closing lots has won
         */
        realizedPnl: string;
        /**
         * time of the quote
         */
        asOf: string | null;
      }[];
      /**
       * USD, of all positions that have a price
       */
      marketValue: string;
      /**
       * USD, of all positions that have a price
       */
      unrealizedPnl: string;
      /**
       * when it was computed
       */
      asOf: string;
    };
    snapshot: {
      /**
       * live: those that changed; one that was sold out has the quantity "0"
       */
      positions: {
        symbol: string;
        /**
         * shares; below zero sold short; of options those under contract, below zero written
         */
        quantity: string;
        /**
         * of options, and of nothing else: 100 shares each
         */
        contracts?: string;
        /**
         * of what is sold short: USD that stand behind it
         */
        collateral?: string;
        /**
         * USD a share that the open lots cost, fees included
         */
        averageCost: string;
        /**
         * USD a share: the bid, of what is written or sold short the ask; null without a quote
         */
        price: string | null;
        /**
         * USD
         */
        marketValue: string | null;
        /**
         * USD
         */
        unrealizedPnl: string | null;
        /**
         * USD that closing lots has won
         */
        realizedPnl: string;
        /**
         * time of the quote
         */
        asOf: string | null;
      }[];
      /**
       * USD, of all positions that have a price
       */
      marketValue: string;
      /**
       * USD, of all positions that have a price
       */
      unrealizedPnl: string;
      /**
       * when it was computed
       */
      asOf: string;
    };
  };
  'trading.signals': {
    message: {
      id: string;
      symbol: string;
      side: 'buy' | 'sell';
      strategy: string;
      /**
       * from 0 to 1
       */
      confidence: number;
      /**
       * USD a share
       */
      targetPrice: string | null;
      /**
       * USD a share
       */
      stopPrice: string | null;
      modelId?: string | null;
      /**
       * shares that it suggests
       */
      quantity?: string | null;
      /**
       * USD that it suggests, instead
       */
      notional?: string | null;
      status?: 'pending' | 'approved' | 'executed' | 'refused' | 'dismissed' | 'expired';
      /**
       * why it was refused: the code of an error
       */
      reason?: string | null;
      /**
       * of the order that it became
       */
      orderId?: string | null;
      validUntil: string;
      createdAt: string;
    };
    snapshot: {
      signals: {
        id: string;
        symbol: string;
        side: 'buy' | 'sell';
        strategy: string;
        /**
         * from 0 to 1
         */
        confidence: number;
        /**
         * USD a share
         */
        targetPrice: string | null;
        /**
         * USD a share
         */
        stopPrice: string | null;
        modelId?: string | null;
        /**
         * shares that it suggests
         */
        quantity?: string | null;
        /**
         * USD that it suggests, instead
         */
        notional?: string | null;
        status?: 'pending' | 'approved' | 'executed' | 'refused' | 'dismissed' | 'expired';
        /**
         * why it was refused: the code of an error
         */
        reason?: string | null;
        /**
         * of the order that it became
         */
        orderId?: string | null;
        validUntil: string;
        createdAt: string;
      }[];
    };
  };
}

export const CHANNELS = {
  'ai-studio.training': { isDurable: true, isFamily: true },
  'journal.import': { isDurable: true, isFamily: true },
  'market.order-book': { isDurable: false, isFamily: true },
  'market.quote': { isDurable: false, isFamily: true },
  'market.status': { isDurable: false, isFamily: false },
  notifications: { isDurable: true, isFamily: false },
  'ops.alerts': { isDurable: true, isFamily: false },
  'ops.jobs': { isDurable: false, isFamily: false },
  'ops.queues': { isDurable: false, isFamily: false },
  'portfolio.summary': { isDurable: false, isFamily: false },
  'trading.fills': { isDurable: true, isFamily: false },
  'trading.halts': { isDurable: true, isFamily: false },
  'trading.orders': { isDurable: true, isFamily: false },
  'trading.positions': { isDurable: true, isFamily: false },
  'trading.signals': { isDurable: true, isFamily: false },
} as const;

/** Of families a member: `market.quote:AAPL`. */
export type ChannelName = {
  [Name in keyof LiveChannels]: (typeof CHANNELS)[Name]['isFamily'] extends true
    ? `${Name}:${string}`
    : Name;
}[keyof LiveChannels];

type Declared<Name extends ChannelName> = Name extends keyof LiveChannels
  ? LiveChannels[Name]
  : Name extends `${infer Family extends keyof LiveChannels}:${string}`
    ? LiveChannels[Family]
    : never;

export type MessageOn<Name extends ChannelName> = Declared<Name>['message'];
export type SnapshotOn<Name extends ChannelName> = Declared<Name>['snapshot'];
