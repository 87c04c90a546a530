/** Says once more at the very end which story failed and what was wrong: whoever sees only a log's last lines sees that. */

import type { Reporter, TestModule } from 'vitest/node';

/** Characters of a message: enough for a few faults, not for a page's whole text. */
const MESSAGE = 2_000;

export default class Failures implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const story of module.children.allTests('failed')) {
        const messages = (story.result().errors ?? []).map((error) => `${error.message}\n${error.diff ?? ''}`);
        // The colours of a terminal are noise in a log.
        // eslint-disable-next-line no-control-regex
        const plain = messages.join('\n').replaceAll(/\u001B\[[\d;]*m/g, '').slice(0, MESSAGE);
        process.stdout.write(`\nFAILED ${module.relativeModuleId}: ${story.fullName}\n${plain}\n`);
      }
    }
  }
}
