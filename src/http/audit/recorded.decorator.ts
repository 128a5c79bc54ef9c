import { SetMetadata } from '@nestjs/common';

export const RECORDED_METADATA = 'bourse:recorded';

/**
 * Fields of the body that stand in the record of the action beside the parameters of the route (`ActionLog`): what it is
 * done to. Names and ids alone; secrets and payloads never.
 */
export const Recorded = (...fields: readonly string[]) => SetMetadata(RECORDED_METADATA, fields);
