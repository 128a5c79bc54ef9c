import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import type { Role } from '../config/config.js';
import { ConfigModule, type ProcessContext } from '../config/config.module.js';
import { DatabaseModule } from '../database/index.js';
import { HttpModule } from '../http/index.js';
import { AiChatHttpModule, AiChatModule } from '../modules/ai-chat/index.js';
import {
  AiStudioHttpModule,
  AiStudioModule,
  AiStudioWorkerModule,
} from '../modules/ai-studio/index.js';
import { AuthHttpModule, AuthModule } from '../modules/auth/index.js';
import { HealthModule } from '../modules/health/index.js';
import { JournalHttpModule, JournalModule, JournalWorkerModule } from '../modules/journal/index.js';
import {
  MaintenanceHttpModule,
  MaintenanceModule,
  MaintenanceWorkerModule,
} from '../modules/maintenance/index.js';
import { LimitsHttpModule, LimitsModule } from '../modules/limits/index.js';
import { MarketDataHttpModule } from '../modules/market-data/index.js';
import { MonitoringHttpModule, MonitoringModule } from '../modules/monitoring/index.js';
import {
  NotificationsHttpModule,
  NotificationsModule,
  NotificationsWorkerModule,
} from '../modules/notifications/index.js';
import {
  PortfolioHttpModule,
  PortfolioModule,
  PortfolioWorkerModule,
} from '../modules/portfolio/index.js';
import { PriceAlertsHttpModule, PriceAlertsWorkerModule } from '../modules/price-alerts/index.js';
import { ResearchHttpModule, ResearchModule } from '../modules/research/index.js';
import { SystemConfigHttpModule, SystemConfigModule } from '../modules/system-config/index.js';
import { TradingHttpModule, TradingModule, TradingWorkerModule } from '../modules/trading/index.js';
import { UsersHttpModule } from '../modules/users/index.js';
import { RealtimeGatewayModule, RealtimeModule } from '../realtime/index.js';
import { QueuesModule, RedisModule } from '../redis/index.js';
import { ThreadsModule } from '../threads/index.js';
import { ConnectionDrain } from './connection-drain.js';
import { OutboxDelivery } from './outbox-delivery.js';

type Imports = NonNullable<ModuleMetadata['imports']>;

/** In every role. Reactions to events live in these modules: whichever process relays an event must have them all. */
const everywhere: Imports = [
  AuthModule,
  SystemConfigModule,
  LimitsModule,
  TradingModule,
  PortfolioModule,
  ResearchModule,
  JournalModule,
  AiChatModule,
  AiStudioModule,
  NotificationsModule,
  MonitoringModule,
  MaintenanceModule,
  HealthModule,
];

const api: Imports = [
  RealtimeGatewayModule,
  UsersHttpModule,
  AuthHttpModule,
  SystemConfigHttpModule,
  LimitsHttpModule,
  MarketDataHttpModule,
  ResearchHttpModule,
  TradingHttpModule,
  PortfolioHttpModule,
  PriceAlertsHttpModule,
  JournalHttpModule,
  AiChatHttpModule,
  AiStudioHttpModule,
  NotificationsHttpModule,
  MonitoringHttpModule,
  MaintenanceHttpModule,
];

const worker: Imports = [
  TradingWorkerModule,
  PortfolioWorkerModule,
  PriceAlertsWorkerModule,
  JournalWorkerModule,
  AiStudioWorkerModule,
  NotificationsWorkerModule,
  MaintenanceWorkerModule,
];

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
        ThreadsModule,
        ...everywhere,
        ...importsOf[context.config.role],
      ],
      providers: [OutboxDelivery, ConnectionDrain],
    };
  }
}
