/**
 * Keys that stay where they are typed: in a notebook's output an `x` would cut the cell.
 */
import { RefObject, useEffect, useRef } from 'react';

const SUPPRESS = 'data-lm-suppress-shortcuts';

/**
 * Whether a key is for who has the keyboard; of letters held with Ctrl or Alt (both at once type a character on
 * some keyboards) only those that edit: Ctrl S still saves the notebook, Alt W still closes a tab.
 */
function isOwn({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const commands = (ctrlKey || metaKey) !== altKey;
  return !commands || key.length > 1 || 'zya'.includes(key.toLowerCase());
}

/**
 * Keep keys to what is below `root`, and bring the keyboard to where it belongs when its tab comes to the front.
 *
 * The listener sits on the node that React listens on too, so that React has had its turn when the event is
 * stopped. Notebook 7 looks for commands before anybody else hears of a key: for it the element that has the
 * keyboard says, key by key, that it wants none.
 */
export function useOwnKeys(root: RefObject<HTMLElement>, focus?: () => void): void {
  useEffect(() => {
    const host = root.current?.closest<HTMLElement>('.ls-Studio');
    const isHere = (event: Event) => Boolean(root.current?.contains(event.target as Node));
    const before = (event: KeyboardEvent) =>
      isHere(event) && (event.target as HTMLElement).toggleAttribute(SUPPRESS, isOwn(event));
    const keep = (event: KeyboardEvent) => {
      if (isHere(event) && (isOwn(event) || event.defaultPrevented)) {
        event.stopPropagation();
      }
    };
    const forward = (event: FocusEvent) => event.target === host && focus?.();
    window.addEventListener('keydown', before, true);
    host?.addEventListener('keydown', keep);
    host?.addEventListener('focusin', forward);
    return () => {
      window.removeEventListener('keydown', before, true);
      host?.removeEventListener('keydown', keep);
      host?.removeEventListener('focusin', forward);
    };
  });
}

/** Whether the keyboard was below `root` when somebody last moved it, though what had it may be gone since. */
export function useHeld(root: RefObject<HTMLElement>): () => boolean {
  const held = useRef(false);
  useEffect(() => {
    const follow = (event: Event) => {
      held.current = Boolean(root.current?.contains(event.target as Node));
    };
    document.addEventListener('focusin', follow);
    document.addEventListener('pointerdown', follow, true);
    return () => {
      document.removeEventListener('focusin', follow);
      document.removeEventListener('pointerdown', follow, true);
    };
  }, []);
  return () => held.current;
}
