export { ResearchHttpModule } from './research.http.module.js';
export { ResearchModule } from './research.module.js';
