import { Injectable } from '@nestjs/common';
import { OptionOrders } from '../options/option-orders.js';
import { NamedLots } from './named-lots.js';

/** What orders must keep to beside what every order must. */
@Injectable()
export class OrderRules {
  constructor(
    /** Those that name lots. */
    readonly lots: NamedLots,
    /** Those for contracts. */
    readonly options: OptionOrders,
  ) {}
}
