import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, systemClock } from '../kernel/clock.js';
import { Config } from './config.js';

/** Gives every module the parsed configuration and the clock. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: Config, clock: Clock = systemClock): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Config, useValue: config },
        { provide: Clock, useValue: clock },
      ],
      exports: [Config, Clock],
    };
  }
}
