import { defineChannel } from '../../realtime/index.js';
import { trainingSchema } from './ai-studio.dto.js';

/** `ai-studio.training:{id}`: each change of a training of the user's own. */
export const trainingChannel = defineChannel({
  name: 'ai-studio.training',
  audience: 'user',
  parameter: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  schema: trainingSchema,
});
