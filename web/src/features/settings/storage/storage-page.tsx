import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';
import { useNow } from '@/hooks/use-runs';
import { formatTimestamp } from '@/lib/dates';
import { formatBytes, plural } from '@/lib/format';
import { QueryContent, Section } from '../section';

type Storage = components['schemas']['StorageHealth'];

export default function StoragePage() {
  const storage = useQuery({
    queryKey: ['storage'],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/storage', { signal })),
    refetchInterval: 15_000,
  });
  return (
    <Section
      title="Storage"
      about="Where background exports are stored until they expire. Rowport checks this by writing a test file."
    >
      <QueryContent query={storage} label="storage">
        {(found) => <StorageCard storage={found} />}
      </QueryContent>
    </Section>
  );
}

function StorageCard({
  storage: { kind, place, files, bytes, next_expires_at: next, problem },
}: {
  storage: Storage;
}) {
  const now = useNow(false);
  return (
    <div className="rounded-lg border border-line p-4 text-[13px]">
      <p className="flex items-center gap-2 font-medium [&_svg]:size-4 [&_svg]:shrink-0" role="status">
        {problem == null ? (
          <>
            <CircleCheck aria-hidden className="text-accent-text" />
            Files can be written and read
          </>
        ) : (
          <>
            <TriangleAlert aria-hidden className="text-danger" />
            Files can’t be stored right now
          </>
        )}
      </p>
      {problem != null && (
        <p className="mt-1 break-words">
          {problem.message} <code className="font-mono text-xs text-ink-soft">{problem.code}</code>
        </p>
      )}
      <dl className="mt-4 grid gap-4 sm:grid-cols-3">
        <Fact name={kind === 'bucket' ? 'Bucket' : 'Folder'}>{place}</Fact>
        <Fact name="Available files">
          {files === 0 ? 'None' : `${plural(files, 'file')}, ${formatBytes(bytes)}`}
        </Fact>
        <Fact name="Next expiry">{next == null ? '–' : formatTimestamp(next, now)}</Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-soft">{name}</dt>
      <dd className="mt-0.5 break-words tabular-nums">{children}</dd>
    </div>
  );
}
