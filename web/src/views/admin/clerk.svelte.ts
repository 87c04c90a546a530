/** Which of the clerk's pages is shown. */

import { Pages } from '../page/pages.svelte';

/** In the order of their numbers. */
const CLERK_PAGES = ['roster', 'holidays', 'handover', 'contacts'] as const;
export type ClerkPage = (typeof CLERK_PAGES)[number];

export const clerk = new Pages<ClerkPage>(CLERK_PAGES, {
  roster: () => import('../roster/Roster.svelte'),
  holidays: () => import('../holidays/Holidays.svelte'),
  handover: () => import('../handover/HandoverPage.svelte'),
  contacts: () => import('../contacts/Contacts.svelte'),
});
