interface ListSkeletonProps {
  /** What is being loaded, for screen readers: `Loading exports`. */
  label: string;
  rows?: number;
  /** The height of a row, so that nothing jumps when the list arrives. */
  tall?: boolean;
}

/** The lines of a list that is being loaded. */
export function ListSkeleton({ label, rows = 8, tall = false }: ListSkeletonProps) {
  return (
    <div aria-busy="true" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <div
          key={index}
          className={`flex items-center justify-between border-b border-line ${tall ? 'h-14' : 'h-11'}`}
        >
          <div className="skeleton h-3.5" style={{ width: `${24 + ((index * 13) % 26)}%` }} />
          <div className="skeleton h-3.5 w-24" />
        </div>
      ))}
    </div>
  );
}
