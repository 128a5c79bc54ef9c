import { AppError } from '../../kernel/app-error.js';

export const importNotFound = () =>
  new AppError('not_found', 'journal.import_not_found', 'There is no such import.');

export const importUndone = () =>
  new AppError('conflict', 'journal.import_undone', 'The import was undone while it was uploaded.');

export const tooManyImports = (limit: number) =>
  new AppError(
    'too_many_requests',
    'journal.too_many_imports',
    `You have ${limit} imports under way: wait for one of them to end, or undo it.`,
    { details: { limit } },
  );

export const fileTooLarge = (maxBytes: number) =>
  new AppError('payload_too_large', 'journal.file_too_large', 'The file is too large.', {
    details: { maxBytes },
  });

export const fileMissing = () =>
  new AppError(
    'invalid',
    'journal.file_missing',
    'Send the CSV as multipart/form-data, as a file in the field "file".',
  );

export const unexpectedField = () =>
  new AppError('invalid', 'journal.unexpected_field', 'Send one field alone: the file, as "file".');

export const oneFileOnly = () =>
  new AppError('invalid', 'journal.one_file_only', 'Send one file at a time.');

export const fileEmpty = () => new AppError('invalid', 'journal.file_empty', 'The file is empty.');

export const uploadBroken = (cause: unknown) =>
  new AppError('invalid', 'journal.upload_broken', 'The upload did not come to its end.', {
    cause,
  });

export const notText = () =>
  new AppError('unprocessable', 'journal.not_text', 'The file is not text in UTF-8.');

export const unsupportedEncoding = () =>
  new AppError(
    'unprocessable',
    'journal.unsupported_encoding',
    'The file is in UTF-16: save it as CSV in UTF-8.',
  );

export const unsupportedDelimiter = () =>
  new AppError(
    'unprocessable',
    'journal.unsupported_delimiter',
    'The columns must be separated by commas.',
  );

export const unknownFormat = (missing: readonly string[], found: readonly string[]) =>
  new AppError(
    'unprocessable',
    'journal.unknown_format',
    'The first line does not name the columns of a list of trades.',
    { details: { missing, found } },
  );

export const noRows = () =>
  new AppError('unprocessable', 'journal.no_rows', 'The file has a header and nothing else.');

export const malformedCsv = (line: number, cause?: unknown) =>
  new AppError(
    'unprocessable',
    'journal.malformed_csv',
    `From line ${line} on the file cannot be read: a quote is not closed, or a line has no end.`,
    { details: { line }, cause },
  );

export const incompleteFile = () =>
  new AppError('unprocessable', 'journal.file_lost', 'A part of the uploaded file is missing.');

export const importCancelled = () =>
  new AppError(
    'conflict',
    'journal.import_cancelled',
    'An administrator has cancelled the import. Nothing was imported.',
  );

export const importStuck = (cause?: unknown) =>
  new AppError(
    'unprocessable',
    'journal.import_failed',
    'Something went wrong on our side, several times over. Nothing was imported.',
    { cause },
  );
