import { money, priceText } from '../../kernel/money.js';
import type { ImportRow } from './imports/imports.table.js';
import type { Import, ImportSummary, JournalTrade } from './journal.dto.js';
import type { JournalTradeRow } from './trades/trades.table.js';

export function toImportSummary(row: ImportRow): ImportSummary {
  return {
    id: row.id,
    fileName: row.fileName,
    sizeBytes: row.sizeBytes,
    format: row.format,
    status: row.status,
    progressPercent: progressOf(row),
    rows: row.rowsRead,
    imported: row.imported,
    duplicates: row.duplicates,
    skipped: row.skipped,
    failed: row.failed,
    failure:
      row.failureCode === null
        ? null
        : { code: row.failureCode, message: row.failureMessage ?? row.failureCode },
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export function toImport(row: ImportRow): Import {
  return {
    ...toImportSummary(row),
    skippedReasons: Object.entries(row.skippedReasons)
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    errors: row.errors.map(({ line, column, message }) => ({ line, column, message })),
  };
}

function progressOf({ status, bytesRead, sizeBytes }: ImportRow): number {
  if (status === 'done') return 100;
  return sizeBytes === 0 ? 0 : Math.min(99, Math.floor((bytesRead * 100) / sizeBytes));
}

export function toJournalTrade(row: JournalTradeRow): JournalTrade {
  return {
    id: row.id,
    source: row.source,
    importId: row.importId,
    brokerTradeId: row.brokerTradeId,
    symbol: row.symbol,
    side: row.side,
    quantity: money(row.quantity).toFixed(),
    price: exactPrice(row.price),
    currency: row.currency,
    fee: money(row.fee).toFixed(),
    feeCurrency: row.feeCurrency,
    executedAt: row.executedAt.toISOString(),
  };
}

/** As for the eye, but to the last digit. */
function exactPrice(column: string): string {
  const price = money(column);
  return price.decimalPlaces() > 2 ? price.toFixed() : priceText(price);
}
