/** Has the browser download what an address answers, so that a file of any size never passes through this page's memory. */
export function followLink(link: string) {
  const anchor = document.createElement('a');
  anchor.href = link;
  anchor.download = '';
  anchor.hidden = true;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
