/** What the page's own runtime needs and browsers before 2020 lack. Imported before everything else. */

if (!('replaceAll' in String.prototype)) {
  // oxlint-disable-next-line no-extend-native -- filling in what the language itself has since 2021
  Object.defineProperty(String.prototype, 'replaceAll', {
    configurable: true,
    writable: true,
    value(this: string, search: string, replacement: string): string {
      return this.split(search).join(replacement);
    },
  });
}
