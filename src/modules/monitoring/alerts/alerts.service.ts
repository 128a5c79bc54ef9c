import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { AlertRaised, AlertResolved } from '../monitoring.events.js';
import type { Verdict } from './alert-rules.js';
import type { Alert, ListAlerts } from './alerts.dto.js';
import { AlertsRepository } from './alerts.repository.js';
import type { AlertRow } from './alerts.table.js';

export interface AlertChanges {
  readonly raised: readonly string[];
  readonly resolved: readonly string[];
  /** Kinds of the alerts that are active afterwards. */
  readonly active: readonly string[];
}

/** The alerts there are. They stand in PostgreSQL, so that they outlive what they tell of. */
@Injectable()
export class AlertsService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Raises what began, resolves what is over, and leaves alone what is not known. Safe to run twice at a time. */
  async apply(verdicts: readonly Verdict[]): Promise<AlertChanges> {
    const active = new Map((await this.alerts.active()).map((alert) => [alert.kind, alert]));
    const raised: string[] = [];
    const resolved: string[] = [];
    for (const verdict of verdicts) {
      const alert = active.get(verdict.kind);
      active.delete(verdict.kind);
      const change = await this.#judge(verdict, alert);
      if (change === 'raised') raised.push(verdict.kind);
      if (change === 'resolved') resolved.push(verdict.kind);
    }
    // What nothing judges any more: a queue that was removed.
    for (const alert of active.values()) {
      if (await this.#resolve(alert)) resolved.push(alert.kind);
    }
    const left = await this.alerts.active();
    return { raised, resolved, active: left.map(({ kind }) => kind) };
  }

  /** {@link apply} of one alert, which leaves all others as they are. */
  async judge(verdict: Verdict): Promise<void> {
    const active = await this.alerts.active();
    await this.#judge(
      verdict,
      active.find(({ kind }) => kind === verdict.kind),
    );
  }

  /** Newest first. */
  async list({ state, cursor, limit }: ListAlerts): Promise<Page<Alert>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.alerts.list({ state, beforeId, limit: limit + 1 });
    return toPage(rows.map(toAlert), limit);
  }

  async find(id: string): Promise<Alert | undefined> {
    const row = await this.alerts.find(id);
    return row && toAlert(row);
  }

  /** @param alert the active one of the kind. */
  async #judge(
    verdict: Verdict,
    alert: AlertRow | undefined,
  ): Promise<'raised' | 'resolved' | undefined> {
    if (verdict.state === 'firing' && alert === undefined) {
      return (await this.#raise(verdict)) ? 'raised' : undefined;
    }
    if (alert === undefined) return undefined;
    if (verdict.state === 'clear') return (await this.#resolve(alert)) ? 'resolved' : undefined;
    if (verdict.state === 'firing' && alert.message !== verdict.message) {
      await this.alerts.update(alert.id, verdict);
    }
    return undefined;
  }

  #raise({ kind, message, value, threshold }: Verdict): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const raised = await this.alerts.raise(transaction.sql, {
        id: newId(),
        kind,
        message,
        value,
        threshold,
        raisedAt: new Date(this.clock.nowMs()),
        resolvedAt: null,
      });
      if (raised) await this.outbox.publish(transaction, AlertRaised, toPayload(raised));
      return raised !== undefined;
    });
  }

  #resolve({ id }: AlertRow): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const at = new Date(this.clock.nowMs());
      const resolved = await this.alerts.resolve(transaction.sql, id, at);
      if (resolved) await this.outbox.publish(transaction, AlertResolved, toPayload(resolved));
      return resolved !== undefined;
    });
  }
}

function toAlert({ raisedAt, resolvedAt, ...row }: AlertRow): Alert {
  return {
    ...row,
    state: resolvedAt === null ? 'active' : 'resolved',
    raisedAt: raisedAt.toISOString(),
    resolvedAt: resolvedAt?.toISOString() ?? null,
  };
}

function toPayload({ id, kind, message, value, threshold, raisedAt }: AlertRow) {
  return { alertId: id, kind, message, value, threshold, raisedAt: raisedAt.toISOString() };
}
