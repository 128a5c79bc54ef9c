export { AlertRaised, AlertResolved } from './monitoring.events.js';
export { MonitoringHttpModule } from './monitoring.http.module.js';
export { MonitoringModule } from './monitoring.module.js';
