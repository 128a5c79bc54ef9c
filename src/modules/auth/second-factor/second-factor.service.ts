import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Database, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isId } from '../../../kernel/ids.js';
import type { Principal } from '../../../kernel/principal.js';
import type { JointChange } from '../../../kernel/session-records.js';
import { open, seal } from '../../../kernel/secret-box.js';
import type { OpenedSession } from '../../../redis/index.js';
import { UsersService } from '../../users/index.js';
import { UserSessions } from '../user-sessions.js';
import { slowedUntilMs, withMiss } from './misses.js';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';
import type { Begun, SecondFactorView } from './second-factor.dto.js';
import {
  badSecondFactor,
  secondFactorEnabled,
  secondFactorNotBegun,
  secondFactorNotEnabled,
  secondFactorRequired,
  tooManyCodes,
  wrongCode,
} from './second-factor.errors.js';
import { SecondFactorRepository, type SecondFactor } from './second-factor.repository.js';
import { isTotpCode, newTotpSecret, stepOfCode, totpUri } from './totp.js';

/** 'slowed': no code was looked at. */
type Verdict = 'taken' | 'wrong' | { readonly slowedUntilMs: number };

/**
 * One-time codes of an authenticator app (TOTP, RFC 6238) as the second factor of a sign-in. A code works once, at any
 * number of instances: the row is locked while one is looked at. All of it lives in the database.
 */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactorRepository,
    private readonly users: UsersService,
    private readonly sessions: UserSessions,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async view(userId: string): Promise<SecondFactorView> {
    const factor = await this.factors.find(userId);
    if (factor?.isConfirmed !== true) return { enabled: false, recoveryCodesLeft: 0 };
    return { enabled: true, recoveryCodesLeft: await this.factors.countRecoveryCodes(userId) };
  }

  /** A new secret; asked for at sign-ins once the app has shown a code of it. @throws AppError `auth.second_factor_enabled` */
  async begin(userId: string): Promise<Begun> {
    const secret = newTotpSecret();
    const { email } = await this.users.getProfile(userId);
    const sealed = seal(secret, this.config.encryptionKeys, contextOf(userId));
    const begun = await this.factors.begin(userId, sealed, this.#now());
    if (!begun) throw secondFactorEnabled();
    return { secret, uri: totpUri(secret, email) };
  }

  /**
   * The user's other sessions end with it.
   * @throws AppError `auth.second_factor_not_begun`; `auth.second_factor_enabled`; `auth.wrong_code`;
   * `auth.too_many_codes`; `auth.session_not_found`
   */
  async confirm(
    principal: Principal,
    code: string,
  ): Promise<{ recoveryCodes: readonly string[]; opened: OpenedSession }> {
    const { userId } = principal;
    let shownOf = '';
    const verdict = await this.database.transaction(async (transaction) => {
      const factor = await this.factors.lock(transaction.sql, userId);
      if (factor === undefined) throw secondFactorNotBegun();
      if (factor.isConfirmed) throw secondFactorEnabled();
      shownOf = factor.sealedSecret;
      return this.#takeCode(transaction, userId, factor, code);
    });
    this.#assertTaken(verdict, wrongCode);
    const recoveryCodes = newRecoveryCodes();
    const opened = await this.sessions.endOthers(principal, {
      apply: async (transaction: Transaction) => {
        const confirmed = await this.factors.confirm(transaction.sql, userId, shownOf, this.#now());
        // Begun again meanwhile: the app has shown no code of that secret.
        if (!confirmed) throw secondFactorNotBegun();
        await this.#storeCodes(transaction, userId, recoveryCodes);
      },
    });
    return { recoveryCodes, opened };
  }

  /**
   * Ends a sign-in whose second factor is missing or wrong. The password was right.
   * @returns whether a code was asked for
   * @throws AppError `auth.second_factor_required`; `auth.bad_second_factor`; `auth.too_many_codes`
   */
  async check(userId: string, code: string | undefined): Promise<boolean> {
    const factor = await this.factors.find(userId);
    if (factor?.isConfirmed !== true) return false;
    if (code === undefined) throw secondFactorRequired();
    const verdict = await this.database.transaction((transaction) =>
      this.#take(transaction, userId, code),
    );
    this.#assertTaken(verdict, badSecondFactor);
    return true;
  }

  /** Those from before are worth nothing any more. @throws AppError as {@link disable} */
  async renewRecoveryCodes(userId: string, code: string): Promise<readonly string[]> {
    const recoveryCodes = newRecoveryCodes();
    const verdict = await this.database.transaction(async (transaction) => {
      const found = await this.#take(transaction, userId, code);
      if (found === 'taken') await this.#storeCodes(transaction, userId, recoveryCodes);
      return found;
    });
    this.#assertTaken(verdict, wrongCode);
    return recoveryCodes;
  }

  /**
   * The user's other sessions end with it.
   * @throws AppError `auth.second_factor_not_enabled`; `auth.wrong_code`; `auth.too_many_codes`; `auth.session_not_found`
   */
  async disable(principal: Principal, code: string): Promise<OpenedSession> {
    const { userId } = principal;
    const verdict = await this.database.transaction((transaction) =>
      this.#take(transaction, userId, code),
    );
    this.#assertTaken(verdict, wrongCode);
    return this.sessions.endOthers(principal, this.#removal(userId));
  }

  /** Without a code, by an administrator; all sessions of the user end. @throws AppError `auth.second_factor_not_enabled` */
  async takeAway(userId: string): Promise<void> {
    if (!isId(userId)) throw secondFactorNotEnabled();
    await this.sessions.endAll({ userId }, this.#removal(userId));
  }

  #removal(userId: string): JointChange {
    return {
      apply: async ({ sql }: Transaction) => {
        const factor = await this.factors.lock(sql, userId);
        if (factor?.isConfirmed !== true) throw secondFactorNotEnabled();
        await this.factors.remove(sql, userId);
      },
    };
  }

  /** A wrong code is counted: the transaction that counted it must not fail for it. */
  async #take(transaction: Transaction, userId: string, code: string): Promise<Verdict> {
    const factor = await this.factors.lock(transaction.sql, userId);
    if (factor?.isConfirmed !== true) throw secondFactorNotEnabled();
    if (isTotpCode(code)) return this.#takeCode(transaction, userId, factor, code);
    const hash = recoveryCodeHash(code);
    const used = await this.factors.useRecoveryCode(transaction.sql, userId, hash);
    return used ? 'taken' : 'wrong';
  }

  async #takeCode(
    { sql }: Transaction,
    userId: string,
    factor: SecondFactor,
    code: string,
  ): Promise<Verdict> {
    const nowMs = this.clock.nowMs();
    const untilMs = slowedUntilMs(factor, nowMs);
    if (untilMs !== undefined) return { slowedUntilMs: untilMs };
    const secret = open(factor.sealedSecret, this.config.encryptionKeys, contextOf(userId));
    const step = stepOfCode(code, secret, nowMs, factor.lastStep);
    if (step === undefined) {
      await this.factors.change(sql, userId, withMiss(factor, nowMs));
      return 'wrong';
    }
    await this.factors.change(sql, userId, { lastStep: step });
    return 'taken';
  }

  #storeCodes({ sql }: Transaction, userId: string, codes: readonly string[]): Promise<void> {
    return this.factors.replaceRecoveryCodes(sql, userId, codes.map(recoveryCodeHash));
  }

  #assertTaken(verdict: Verdict, wrong: () => Error): void {
    if (verdict === 'wrong') throw wrong();
    if (typeof verdict === 'object') throw tooManyCodes(verdict.slowedUntilMs, this.clock.nowMs());
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}

/** A sealed secret opens for its own user alone. */
function contextOf(userId: string): string {
  return `second-factor:${userId}`;
}
