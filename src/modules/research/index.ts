export { AnalysisService } from './analysis/analysis.service.js';
export { ResearchHttpModule } from './research.http.module.js';
export { ResearchModule } from './research.module.js';
export { ResearchService } from './research.service.js';
