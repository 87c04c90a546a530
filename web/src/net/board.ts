/** The first board over HTTP: compressed on the way, which a socket's is not, and a county's worst night is large. */

import type { FirstBoard } from '../board/protocol';

/** Returns the whole board and where it stands; nothing where it cannot be had this way. */
export async function fetchBoard(stop: AbortSignal): Promise<FirstBoard | 'refused' | undefined> {
  try {
    const response = await fetch('/api/v1/board', { credentials: 'same-origin', signal: stop });
    if (response.status === 401 || response.status === 403) return 'refused';
    return response.ok ? ((await response.json()) as FirstBoard) : undefined;
  } catch {
    return undefined;
  }
}
