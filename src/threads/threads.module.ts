import { Global, Module } from '@nestjs/common';
import { ThreadPool } from './thread-pool.js';

@Global()
@Module({ providers: [ThreadPool], exports: [ThreadPool] })
export class ThreadsModule {}
