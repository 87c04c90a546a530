/** Whose telephones have been shown to work, over HTTP. */

import type { Contact, ContactsPage, Sums } from '../board/contacts';
import { get, post, search } from './api';

/** A county's list comes in a few pages. */
const PAGE = 500;

export interface TestRequest {
  area: string;
  /** Everybody in doubt where it is empty. */
  people: readonly string[];
}

export interface Contacts extends Sums {
  items: readonly Contact[];
}

export const contactsApi = {
  /** Returns everybody on the roster of an area, page by page; the sums are as the last page told them. */
  async all(area: string): Promise<Contacts> {
    const items: Contact[] = [];
    for (let after: string | undefined; ;) {
      const page = await get<ContactsPage>(`/contacts?${search({ area, limit: PAGE, after })}`);
      items.push(...page.items);
      if (page.next === undefined) return { ...page, items };
      after = page.next;
    }
  },
  test: (request: TestRequest, key: string) => post<{ callout: string }>('/contacts/tests', request, key),
};
