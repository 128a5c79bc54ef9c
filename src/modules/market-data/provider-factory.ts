import type { Config } from '../../config/config.js';
import type { Clock } from '../../kernel/clock.js';
import type { MarketDataProvider } from './market-data.provider.js';
import { tickStartMs } from './quotes/quote.js';
import { readReplayFolder } from './replay/replay-folder.js';
import { ReplayProvider } from './replay/replay.provider.js';
import type { ReplayRepository } from './replay/replay.repository.js';
import { SimulatedProvider } from './simulated/simulated.provider.js';

/**
 * The provider that the configuration names. The database must be migrated: a replay asks it when it
 * began.
 * @throws AppError `market_data.bad_replay_file`
 */
export async function createProvider(
  { market }: Pick<Config, 'market'>,
  clock: Clock,
  replays: Pick<ReplayRepository, 'startedAtMs'>,
): Promise<MarketDataProvider> {
  const { tickMs, replayBarsPerSecond: barsPerSecond } = market;
  if (market.provider === 'simulated') return new SimulatedProvider({ seed: market.seed, tickMs });

  if (market.replayDir === undefined) throw new Error('a replay without MARKET_REPLAY_DIR');
  const { series, contentHash } = await readReplayFolder(market.replayDir);
  // On the grid of ticks, so that bars begin and end with one. Another speed is another replay.
  const startedAtMs = await replays.startedAtMs(
    `${contentHash}@${barsPerSecond}`,
    tickStartMs(clock.nowMs(), tickMs),
  );
  return new ReplayProvider({ series, contentHash, barsPerSecond, tickMs, startedAtMs });
}
