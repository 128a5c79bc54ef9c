import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import type { Role } from '../config/config.js';
import { ConfigModule, type ProcessContext } from '../config/config.module.js';
import { DatabaseModule } from '../database/index.js';
import { HttpModule } from '../http/index.js';
import { AuthHttpModule, AuthModule } from '../modules/auth/index.js';
import { HealthModule } from '../modules/health/index.js';
import { MarketDataHttpModule } from '../modules/market-data/index.js';
import { PortfolioHttpModule, PortfolioModule } from '../modules/portfolio/index.js';
import { TradingHttpModule, TradingModule, TradingWorkerModule } from '../modules/trading/index.js';
import { UsersHttpModule } from '../modules/users/index.js';
import { RealtimeGatewayModule, RealtimeModule } from '../realtime/index.js';
import { QueuesModule, RedisModule } from '../redis/index.js';
import { ConnectionDrain } from './connection-drain.js';
import { OutboxDelivery } from './outbox-delivery.js';

type Imports = NonNullable<ModuleMetadata['imports']>;

/** In every role. Reactions to events live in these modules: whichever process relays an event must have them all. */
const everywhere: Imports = [AuthModule, TradingModule, PortfolioModule, HealthModule];

const api: Imports = [
  RealtimeGatewayModule,
  UsersHttpModule,
  AuthHttpModule,
  MarketDataHttpModule,
  TradingHttpModule,
  PortfolioHttpModule,
];

const worker: Imports = [TradingWorkerModule];

const importsOf: Readonly<Record<Role, Imports>> = { all: [...api, ...worker], api, worker };

/** The application of one process. */
@Module({})
export class AppModule {
  static forRoot(context: ProcessContext): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(context),
        DatabaseModule,
        RedisModule.forRoot(),
        QueuesModule.forRoot(),
        RealtimeModule,
        HttpModule,
        ...everywhere,
        ...importsOf[context.config.role],
      ],
      providers: [OutboxDelivery, ConnectionDrain],
    };
  }
}
