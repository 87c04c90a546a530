/** The forms for warnings that no message comes for, asked for once. */

import type { WarningView } from '../../board/protocol';
import { api, type WarningForm } from '../../net/api';

class Forms {
  all = $state.raw<readonly WarningForm[] | undefined>(undefined);
  isFailed = $state(false);
  #isAsking = false;

  /** Asks for them, unless they are known. */
  async load(): Promise<void> {
    if (this.all !== undefined || this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.all = (await api.warningForms()).items;
      this.isFailed = false;
    } catch {
      this.isFailed = true;
    } finally {
      this.#isAsking = false;
    }
  }

  /** Returns those by which a warning can be changed; all for a new one. */
  fitting(warning: WarningView | undefined): readonly WarningForm[] {
    return (this.all ?? []).filter((form) => warning === undefined || form.event_code === warning.event_code);
  }
}

export const forms = new Forms();
