import { OwedNames } from './owed-names.js';

/** Durable channels, as instances call them, on which a message could not be published: they begin anew. */
export abstract class OwedLiveResets extends OwedNames {}
