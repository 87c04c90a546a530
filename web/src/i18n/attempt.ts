/** What a call is doing, in a few words: 电话 无人接听. */

import type { AttemptView } from '../board/protocol';
import type { Bilingual } from './language.svelte';
import type { shared } from './shared';

type Words = typeof shared extends Bilingual<infer T> ? T : never;

/** Returns channel and outcome; an outcome that has not ended the call yet is said too. */
export function describeAttempt(attempt: AttemptView, t: Words): string {
  const channel = t.channel[attempt.channel];
  if (attempt.outcome !== undefined) return `${channel} ${t.outcome(attempt.outcome)}`;
  switch (attempt.state) {
    case 'queued': return `${channel} ${t.queued}`;
    case 'started': return t.underWay[attempt.channel];
    case 'dropped': return `${channel} ${t.dropped}`;
    case 'ended': return channel;
  }
}
