import { AdminActions, type AdminAction } from '../../src/kernel/admin-actions.js';

/** What administrators have done, for as long as the test lasts. */
export class MemoryAdminActions extends AdminActions {
  readonly begun: AdminAction[] = [];
  readonly ended: { id: string; outcome: string; status: number }[] = [];

  override begin(action: AdminAction): Promise<string> {
    return Promise.resolve(String(this.begun.push(action)));
  }

  override end(id: string, outcome: 'done' | 'failed', status: number): Promise<void> {
    this.ended.push({ id, outcome, status });
    return Promise.resolve();
  }

  override forget(): Promise<number> {
    return Promise.resolve(0);
  }
}
