/**
 * What most leaders do not need at once: orders to units, tasks, duties, and where the phone is. It comes after the first
 * draw so that the page itself comes over a bad network; the worker keeps it with the page.
 */

export { default as Duties } from './Duties.svelte';
export { default as Orders } from './Orders.svelte';
export { orders } from './orders.svelte';
export { default as Whereabouts } from './Whereabouts.svelte';
export { whereabouts } from './whereabouts.svelte';
