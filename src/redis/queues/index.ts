export { QueueDashboard } from './dashboard/queue-dashboard.js';
export {
  mountQueueDashboard,
  type DashboardAuthorizer,
  type QueueDashboardOptions,
} from './dashboard/mount-queue-dashboard.js';
export {
  defineQueue,
  extendQueue,
  type JobName,
  type JobPayload,
  type JobDefinitions,
  type QueueDefinition,
} from './queue-definition.js';
export { PRIORITIES, type PriorityName } from './job-priority.js';
export { defineJob, type JobDefinition, type PayloadUpgrade } from './job-definition.js';
export {
  dailyAt,
  defineSchedule,
  dueAtMs,
  nextDueAtMs,
  type ScheduleCalendar,
  type ScheduleDefinition,
} from './schedule-definition.js';
export { ScheduleRegistry, type Schedule, type ScheduledRun } from './schedule-registry.js';
export { QueueWatchdog, type WorkerState } from './queue-watchdog.js';
export { QueueInspector } from './queue-inspector.js';
export { QueueOperations } from './queue-operations.js';
export { type Removal } from './removal.js';
export { type QueueReport } from './queue-report.js';
export { QueuesModule } from './queues.module.js';
export { flowJob, type ChildResult, type FlowChild, type FlowJob } from './flow.js';
export {
  Queues,
  type AddJobOptions,
  type Cancellation,
  type Job,
  type JobFinder,
  type JobRecovery,
  type JobProcessors,
} from './queues.js';
