/**
 * A menu that is opened where somebody asks for it and gone with the choice; Lab's own.
 */
import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';

export interface IEntry {
  label: string;
  run: () => void;
  disabled?: boolean;
}

/** @param entries - null stands for a line between groups */
export function openMenu(entries: readonly (IEntry | null)[], at: { x: number; y: number }): void {
  const commands = new CommandRegistry();
  const menu = new MenuSvg({ commands });
  entries.forEach((entry, place) => {
    if (entry === null) {
      menu.addItem({ type: 'separator' });
      return;
    }
    const command = `entry-${place}`;
    const { label, run, disabled } = entry;
    commands.addCommand(command, { label, isEnabled: () => !disabled, execute: run });
    menu.addItem({ command });
  });
  menu.aboutToClose.connect(() => window.setTimeout(() => menu.dispose(), 0));
  menu.open(at.x, at.y);
}

/** Just below an element, where a menu belongs that it opens. */
export function below(element: Element): { x: number; y: number } {
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left, y: bottom };
}
