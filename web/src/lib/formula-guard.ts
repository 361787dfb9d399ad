/** What makes a spreadsheet take a text for a formula, as the files have it that the server makes. */
const TRIGGER = /^[=+\-@\t\r\n＝＋－＠]/;
const NEGATIVE_NUMBER = /^-\d+(\.\d+)?$/;

/** The text as it goes into a delimited file: a spreadsheet takes it for a text. */
export function guard(text: string): string {
  return needsGuard(text) ? `'${text}` : text;
}

/** Apostrophes before such a sign count as well: what is guarded could not be told from them otherwise. */
function needsGuard(text: string): boolean {
  return !NEGATIVE_NUMBER.test(text) && TRIGGER.test(text.replace(/^'+/, ''));
}
