/**
 * The menu of a column: the orders it can give the table. The way of keyboards, and of the right button.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';

import { by } from './sorting';

/** Open the menu; `choose` gets the new order. */
export function openColumnMenu(
  trans: TranslationBundle,
  name: string,
  sort: string[],
  at: { x: number; y: number },
  choose: (sort: string[]) => void
): void {
  const commands = new CommandRegistry();
  const menu = new MenuSvg({ commands });
  const item = (command: string, label: string, to: string[], isEnabled = true) => {
    commands.addCommand(command, { label, isEnabled: () => isEnabled, execute: () => choose(to) });
    menu.addItem({ command });
  };
  const others = sort.some(key => key !== name && key !== `-${name}`);
  item('ascending', trans.__('Sort by %1, ascending', name), by(sort, name, false, false));
  item('descending', trans.__('Sort by %1, descending', name), by(sort, name, true, false));
  if (others) {
    item('then-ascending', trans.__('Then by %1, ascending', name), by(sort, name, false, true));
    item('then-descending', trans.__('Then by %1, descending', name), by(sort, name, true, true));
  }
  menu.addItem({ type: 'separator' });
  item('none', trans.__('As stored'), [], sort.length > 0);
  menu.aboutToClose.connect(() => window.setTimeout(() => menu.dispose(), 0));
  menu.open(at.x, at.y);
}
