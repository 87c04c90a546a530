/** Files of duty tables over HTTP: looked at, put in force as one, taken back as one. */

import type { Imported, ImportPreview } from '../board/duty_import';
import { get, request, search, type Page } from './api';

/** The server reads no larger file. */
export const FILE_MAX = 32 << 20;
/** A large file on a slow line, and a workbook that takes its time to be read. */
const PATIENCE_MS = 120_000;
/** The server keeps no longer name. */
const NAME_MAX = 200;

/** What the file does not say itself. */
interface Whose {
  area: string;
  year: string | undefined;
}

/** A file, and what somebody has chosen after a look at it. */
interface FileInput {
  /** In base64, as a `data:` URL. */
  file: string;
  choices: Record<string, string>;
}

interface Agreed extends FileInput {
  file_name: string;
  /** What the preview said. */
  seen: number;
  accept_guess: boolean;
  create_posts: boolean;
}

export const importApi = {
  /** Changes nothing. */
  look: (whose: Whose, input: FileInput) => request<ImportPreview>('POST', `/roster/imports/preview?${search({ ...whose })}`, input, undefined, PATIENCE_MS),
  /** Without an id nothing was changed. */
  bringIn: (whose: Whose, { file_name, ...input }: Agreed, key: string) =>
    request<{ id?: string; tables: number }>('POST', `/roster/imports?${search({ ...whose })}`, { ...input, file_name: [...file_name].slice(0, NAME_MAX).join('') }, key, PATIENCE_MS),
  /** The newest first. */
  list: () => get<Page<Imported>>('/roster/imports'),
  takeBack: (id: string, key: string) => request<null>('DELETE', `/roster/imports/${id}`, undefined, key),
};

/** A month's duty table as a workbook, in the look in which it can be brought in again. */
export function monthBook(area: string, month: string): string {
  return `/api/v1/roster.xlsx?${search({ area, month })}`;
}

/** Returns a file as a `data:` URL, and tells on the way which share of it has been read. */
export function readFile(file: Blob, onShare: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onprogress = ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total);
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
    reader.readAsDataURL(file);
  });
}
