import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { PositionsService } from '../accounts/positions.service.js';
import { positionPnlCache } from '../trading.caches.js';
import type { ValuedPosition } from '../trading.dto.js';
import type { PositionPnl } from './pnl.dto.js';
import { toPnl } from './position-pnl.js';

export interface UserPnl {
  readonly userId: string;
  /** Sold-out ones included. */
  readonly positions: readonly ValuedPosition[];
  readonly pnl: PositionPnl;
}

/** The profit of what is held, to look at: up to 30 s old. What decides about money reads the positions. */
@Injectable()
export class PositionPnlService {
  readonly #cache: Cache<{ userId: string }, PositionPnl>;

  constructor(
    private readonly positions: PositionsService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(positionPnlCache);
  }

  view(userId: string): Promise<PositionPnl> {
    return this.#cache.getOrSet({ userId }, async () => {
      const [user] = await this.#compute([userId]);
      return user?.pnl ?? toPnl([], this.clock.nowMs());
    });
  }

  /** {@link view} as it is now. */
  async current(userId: string): Promise<PositionPnl> {
    const [user] = await this.#compute([userId]);
    return user?.pnl ?? toPnl([], this.clock.nowMs());
  }

  /** Computes it for all of them anew, for whoever asks next. */
  async refresh(userIds: readonly string[]): Promise<UserPnl[]> {
    let users: UserPnl[] = [];
    // Not `set` afterwards: positions read before a fill would be stored as those after it.
    await this.#cache.refresh(
      userIds.map((userId) => ({ userId })),
      async () => {
        users = await this.#compute(userIds);
        const byId = new Map(users.map(({ userId, pnl }) => [userId, pnl]));
        return userIds.map((userId) => byId.get(userId));
      },
    );
    return users;
  }

  async #compute(userIds: readonly string[]): Promise<UserPnl[]> {
    const asOfMs = this.clock.nowMs();
    const ofUsers = await this.positions.listOfUsers(userIds);
    return [...ofUsers].map(([userId, positions]) => ({
      userId,
      positions,
      pnl: toPnl(positions, asOfMs),
    }));
  }
}
