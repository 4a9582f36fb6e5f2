/**
 * The menu of a column: the orders it can give the table. The way of keyboards, and of the right button.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

import { openMenu } from '../shared/menu';
import { by } from './sorting';

/** Open the menu; `choose` gets the new order. */
export function openColumnMenu(
  trans: TranslationBundle,
  name: string,
  sort: string[],
  at: { x: number; y: number },
  choose: (sort: string[]) => void
): void {
  const item = (label: string, to: string[], disabled = false) => ({ label, disabled, run: () => choose(to) });
  const others = sort.some(key => key !== name && key !== `-${name}`);
  const then = [
    item(trans.__('Then by %1, ascending', name), by(sort, name, false, true)),
    item(trans.__('Then by %1, descending', name), by(sort, name, true, true))
  ];
  openMenu(
    [
      item(trans.__('Sort by %1, ascending', name), by(sort, name, false, false)),
      item(trans.__('Sort by %1, descending', name), by(sort, name, true, false)),
      ...(others ? then : []),
      null,
      item(trans.__('As stored'), [], sort.length === 0)
    ],
    at
  );
}
