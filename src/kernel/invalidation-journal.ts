import { OwedNames, type OwedName } from './owed-names.js';

/** A name that a cache is still to drop, as it stands in the journal. */
export type JournaledInvalidation = OwedName;

/** Invalidations that Redis did not take. */
export abstract class InvalidationJournal extends OwedNames {}
