export { QueueDashboard } from './dashboard/queue-dashboard.js';
export {
  mountQueueDashboard,
  type DashboardAuthorizer,
  type QueueDashboardOptions,
} from './dashboard/mount-queue-dashboard.js';
export {
  defineQueue,
  PRIORITIES,
  type JobName,
  type JobPayload,
  type JobSchemas,
  type PriorityName,
  type QueueDefinition,
} from './queue-definition.js';
export { QueuesModule } from './queues.module.js';
export { Queues, type AddJobOptions, type Job, type JobProcessors } from './queues.js';
