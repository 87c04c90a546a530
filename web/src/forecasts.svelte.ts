/** Keeps the forecasts of open callouts fresh: only the server can reckon them, and events do not carry them. */

import { live } from './live.svelte';
import { api } from './net/api';

const EVERY_MS = 5_000;
/** The first calls are what is forecast: a callout older than this has none left. */
const YOUNG_MS = 15 * 60_000;

/** Asks for what is forecast of young callouts, and of what is still unnamed, every few seconds. */
export function keepForecasts(): void {
  setInterval(() => void ask(), EVERY_MS);
  live.onEvents((events) => {
    if (events.some((event) => event.kind === 'callout_opened')) void ask();
  });
}

async function ask(): Promise<void> {
  const board = live.board;
  if (board === undefined || live.link.name !== 'live') return;
  const open = [...board.callouts.values()].filter((one) => one.state === 'open');
  const told = open.filter((one) => one.policy_title === '' || Date.parse(board.at) - Date.parse(one.opened_at) < YOUNG_MS);
  for (const { id } of told) {
    try {
      live.learnCallout(await api.callout(id));
    } catch {
      // It is asked for again; an old forecast says its own time.
    }
  }
}
