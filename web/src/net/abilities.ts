/** What units can do and what supplies are called, over HTTP. */

import { get, type Page } from './api';
import type { Ability } from '../board/ability';

export const abilityApi = {
  abilities: () => get<Page<Ability>>('/capabilities'),
  items: () => get<Page<{ id: string; name: string; unit: string }>>('/supplies/catalogue'),
};
