/**
 * The picture of an item, wherever it comes from: an address of the server at once, or bytes of a kernel soon.
 */
import React, { ReactElement, useEffect, useMemo, useState } from 'react';

import type { Bench } from './bench';
import type { IPictured } from './transport';

/** Where a picture is; undefined while it comes, null where there is none to be had. */
export function usePicture(bench: Bench, item: IPictured, size: number): string | null | undefined {
  const found = useMemo(() => (item.media ? bench.transport.media(item, size) : null), [bench, item.number, size]);
  const [arrived, setArrived] = useState<{ number: number; source: string | null } | null>(null);
  useEffect(() => {
    let wanted = true;
    const keep = (source: string | null) => wanted && setArrived({ number: item.number, source });
    found instanceof Promise && found.then(keep, () => keep(null));
    return () => {
      wanted = false;
    };
  }, [found]);
  if (!(found instanceof Promise)) {
    return found;
  }
  // a smaller copy stands until the larger one is here
  return arrived?.number === item.number ? arrived.source : undefined;
}

/** A small picture. */
export function Picture({ bench, item, size }: { bench: Bench; item: IPictured; size: number }): ReactElement {
  return <img alt="" loading="lazy" src={usePicture(bench, item, size) ?? undefined} />;
}
