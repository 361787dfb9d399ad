/** The pages before sign-in: they neither send the user to sign in nor are they what a sign-in leads back to. */
const PUBLIC_PATHS = ['/sign-in', '/join'];

/** Whether the path is that of a page before sign-in. */
export const isPublicPath = (path: string) => PUBLIC_PATHS.includes(path.replace(/\/+$/, ''));

/**
 * Where to go after signing in: a page of this site, or else the first one. Addresses of other sites are refused in
 * whichever way they are written, because a link to the sign-in page may come from a stranger.
 */
export function safeNext(next: string | null | undefined, origin: string): string {
  if (!next?.startsWith('/')) return '/';
  let url: URL;
  try {
    // The browser's own reading decides: `//host`, `/\host` and control characters all lead elsewhere.
    url = new URL(next, origin);
  } catch {
    return '/';
  }
  if (url.origin !== origin || isPublicPath(url.pathname)) return '/';
  // A path of two slashes would be read as a host when it is followed.
  return url.pathname.startsWith('//') ? '/' : url.pathname + url.search + url.hash;
}

/** The sign-in page that leads back to this address. `ended` says there that a session has ended. */
export function signInHref(address: string, ended = false): string {
  const query = [
    ...(ended ? ['ended=true'] : []),
    ...(address === '/' ? [] : [`next=${encodeURIComponent(address)}`]),
  ];
  return query.length === 0 ? '/sign-in' : `/sign-in?${query.join('&')}`;
}

let answered = false;

/** Notes that the server has answered as to a user: a later refusal means that the session has ended. */
export function noteAnswer() {
  answered = true;
}

/**
 * Leaves for the sign-in page by loading it anew, so that nothing stays in memory of what was shown to the user who was
 * signed in.
 */
export function goToSignIn() {
  const { pathname, search, hash } = window.location;
  if (!isPublicPath(pathname)) window.location.replace(signInHref(pathname + search + hash, answered));
}
