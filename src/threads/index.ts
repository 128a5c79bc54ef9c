export { ThreadPool, threadTask, type ThreadTask } from './thread-pool.js';
export { ThreadsModule } from './threads.module.js';
