import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../../kernel/app-error.js';
import { plainText } from '../formats/plain-text.js';
import {
  fileMissing,
  fileTooLarge,
  oneFileOnly,
  unexpectedField,
  uploadBroken,
} from '../journal.errors.js';

const FIELD = 'file';
const MAX_NAME_LENGTH = 120;
/** What stands around a file in a request. */
const ENVELOPE_BYTES = 16_384;

/** The one CSV of a multipart request, as it comes in. */
export interface CsvUpload {
  readonly fileName: string;
  /**
   * What has arrived, in pieces as they come; the sender waits for as long as nobody asks for the next.
   * @throws AppError `journal.file_too_large` as soon as that is known, `journal.upload_broken`
   */
  readonly bytes: AsyncIterable<Buffer>;
  /** Nothing may follow the file. @throws AppError `journal.one_file_only`, `journal.unexpected_field` */
  assertLast(): Promise<void>;
}

/**
 * Hands the request's file to `use`. What is left of the body when that fails is read and thrown away: a
 * client that is still sending would not look at the answer.
 * @throws AppError `journal.file_missing`, `journal.unexpected_field`, `journal.file_too_large`
 */
export async function withCsvUpload<T>(
  request: FastifyRequest,
  maxBytes: number,
  use: (upload: CsvUpload) => Promise<T>,
): Promise<T> {
  try {
    return await use(await openUpload(request, maxBytes));
  } catch (error) {
    request.raw.unpipe();
    request.raw.resume();
    throw error;
  }
}

async function openUpload(request: FastifyRequest, maxBytes: number): Promise<CsvUpload> {
  if (!request.isMultipart()) throw fileMissing();
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + ENVELOPE_BYTES) {
    throw fileTooLarge(maxBytes);
  }
  const parts = partsOf(request, maxBytes);
  const part = await nextPart(parts);
  if (part === undefined) throw fileMissing();
  if (part.fieldname !== FIELD) throw unexpectedField();
  if (part.type !== 'file') throw fileMissing();
  return {
    fileName: plainText(part.filename ?? '', MAX_NAME_LENGTH) || 'import.csv',
    bytes: piecesOf(part, maxBytes),
    assertLast: async () => {
      const next = await nextPart(parts);
      if (next === undefined) return;
      throw next.type === 'file' ? oneFileOnly() : unexpectedField();
    },
  };
}

function partsOf(request: FastifyRequest, maxBytes: number): AsyncIterator<Multipart> {
  try {
    // One more of each than is allowed, to say what is wrong; everything else is bounded here.
    return request.parts({
      limits: {
        fileSize: maxBytes,
        files: 2,
        fields: 2,
        parts: 3,
        fieldSize: 1_024,
        fieldNameSize: 100,
        headerPairs: 50,
      },
    });
  } catch (error) {
    throw uploadBroken(error);
  }
}

async function nextPart(parts: AsyncIterator<Multipart>): Promise<Multipart | undefined> {
  try {
    const next = await parts.next();
    return next.done ? undefined : next.value;
  } catch (error) {
    throw uploadBroken(error);
  }
}

async function* piecesOf({ file }: MultipartFile, maxBytes: number): AsyncGenerator<Buffer> {
  // Not only at the end: what is too much is not waited for.
  file.once('limit', () => file.destroy(fileTooLarge(maxBytes)));
  try {
    for await (const piece of file) yield piece as Buffer;
  } catch (error) {
    throw error instanceof AppError ? error : uploadBroken(error);
  }
  if (file.truncated) throw fileTooLarge(maxBytes);
}
