export { MaintenanceHttpModule } from './maintenance.http.module.js';
export { MaintenanceModule } from './maintenance.module.js';
export { maintenanceQueue } from './maintenance.queues.js';
export { MaintenanceWorkerModule } from './maintenance.worker.module.js';
