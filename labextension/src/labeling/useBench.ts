/**
 * A component that is drawn again whenever the bench has changed.
 */
import { useEffect, useState } from 'react';

import type { Bench } from './bench';

export function useBench(bench: Bench): void {
  const [, draw] = useState(0);
  useEffect(() => {
    const again = () => draw(n => n + 1);
    bench.changed.connect(again);
    again();
    return () => void bench.changed.disconnect(again);
  }, [bench]);
}
