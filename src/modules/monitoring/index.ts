export { MonitoringHttpModule } from './monitoring.http.module.js';
export { MonitoringModule } from './monitoring.module.js';
