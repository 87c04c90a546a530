/** What the page's own runtime needs and browsers before 2020 lack. Imported before everything else. */

if (!('replaceAll' in String.prototype)) {
  Object.defineProperty(String.prototype, 'replaceAll', {
    configurable: true,
    writable: true,
    value(this: string, search: string, replacement: string): string {
      return this.split(search).join(replacement);
    },
  });
}
