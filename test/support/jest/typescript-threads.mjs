// @ts-check
/** Preloaded in the threads of tests, which run the sources (`src/threads`): lets them import TypeScript. */
import { register } from 'node:module';

register('./typescript-loader.mjs', import.meta.url);
