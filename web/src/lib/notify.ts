import { recall, remember } from './storage';

const ASKED = 'asked-to-notify';
const isTrue = (value: unknown): value is true => value === true;

/** Asks, once and only when called from a click, whether the page may tell of things while it is out of sight. */
export function askToNotify() {
  if (!('Notification' in window) || Notification.permission !== 'default') return;
  if (recall<boolean>(ASKED, false, isTrue)) return;
  remember(ASKED, true);
  void Notification.requestPermission().catch(() => undefined);
}

/** A notification of the system, if that is allowed and the page is out of sight. */
export function notify(title: string, body: string, tag: string, onClick: () => void) {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    // The same tag from several tabs shows once.
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      shown.close();
      onClick();
    };
  } catch {
    // Some phones have notifications for installed pages only; the toast remains.
  }
}
