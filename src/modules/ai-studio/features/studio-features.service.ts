import { Injectable } from '@nestjs/common';
import { Caches, type Cache } from '../../../redis/index.js';
import { featuresCache } from '../ai-studio.caches.js';
import type { FeatureView } from '../ai-studio.dto.js';
import { FEATURES } from './features.js';

@Injectable()
export class StudioFeaturesService {
  readonly #features: Cache<void, FeatureView[]>;

  constructor(caches: Caches) {
    this.#features = caches.use(featuresCache);
  }

  list(): Promise<FeatureView[]> {
    return this.#features.getOrSet(undefined, () =>
      Promise.resolve(
        FEATURES.map(({ name, description, formula, warmUpBars }) => ({
          name,
          description,
          formula,
          warmUpBars,
        })),
      ),
    );
  }
}
