export { NotificationsHttpModule } from './notifications.http.module.js';
export { NotificationsModule } from './notifications.module.js';
export { NotificationsWorkerModule } from './notifications.worker.module.js';
export { DevelopmentTransport } from './shown/development-transport.js';
export { renderShownMessages } from './shown/shown-messages.page.js';
