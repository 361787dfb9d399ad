/** Rows that go out of a port. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6 shrink-0" aria-hidden>
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <g className="fill-accent-ink">
        <rect x="7" y="8" width="18" height="4" rx="1.5" />
        <rect x="7" y="14" width="11" height="4" rx="1.5" opacity=".8" />
        <rect x="7" y="20" width="6" height="4" rx="1.5" opacity=".6" />
        <path d="M19.5 17.5h2v4.2l1.6-1.6 1.4 1.4-4 4-4-4 1.4-1.4 1.6 1.6z" />
      </g>
    </svg>
  );
}
