import { Registry } from 'prom-client';

/** The metrics of this process. One per application: prom-client's global one would be shared by two in a test. */
export class MetricsRegistry extends Registry {}
