/**
 * The names of what people do here.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Action } from './keys';
import type { Task } from './value';

export function taskName(trans: TranslationBundle, task: Task): string {
  return {
    class: trans.__('one label'),
    multi: trans.__('several labels'),
    number: trans.__('a number'),
    cells: trans.__('wrong cells'),
    boxes: trans.__('boxes'),
    polygons: trans.__('polygons'),
    spans: trans.__('parts of a text')
  }[task];
}

export function actionName(trans: TranslationBundle, action: Action): string {
  return {
    accept: trans.__('accept what is suggested, next'),
    take: trans.__('accept the part at hand'),
    done: trans.__('done, next'),
    skip: trans.__('skip'),
    dismiss: trans.__('dismiss the part at hand'),
    undo: trans.__('undo'),
    flag: trans.__('flag'),
    comment: trans.__('comment'),
    remove: trans.__('remove what is selected'),
    next: trans.__('next shape or span'),
    help: trans.__('all keys')
  }[action];
}

/** What a state of an item is called. */
export function stateName(trans: TranslationBundle, state: string): string {
  const names: Record<string, string> = {
    open: trans.__('open'),
    labeled: trans.__('labeled'),
    auto: trans.__('labeled by a model'),
    partly: trans.__('some answers'),
    skipped: trans.__('skipped'),
    flagged: trans.__('flagged'),
    disputed: trans.__('disputed'),
    retired: trans.__('no longer in the data')
  };
  return names[state] ?? state;
}

/** Why an item comes now; nothing where there is nothing to say. */
export function reasonName(trans: TranslationBundle, reason: string): string {
  const names: Record<string, string> = {
    order: '',
    random: trans.__('drawn at random'),
    diverse: trans.__('unlike the others'),
    uncertain: trans.__('the model is unsure'),
    audit: trans.__('to be audited'),
    again: trans.__('sent back')
  };
  return names[reason] ?? reason;
}
