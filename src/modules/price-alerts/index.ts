export { PriceAlertFired } from './price-alerts.events.js';
export { PriceAlertsHttpModule } from './price-alerts.http.module.js';
export { PriceAlertsWorkerModule } from './price-alerts.worker.module.js';
