/**
 * The translation that shared parts speak with, where no studio is at hand; set once when the studio starts.
 */
import { nullTranslator, TranslationBundle } from '@jupyterlab/translation';

let trans: TranslationBundle = nullTranslator.load('labstudio');

export function speak(bundle: TranslationBundle): void {
  trans = bundle;
}

export function __(text: string, ...values: (string | number)[]): string {
  return trans.__(text, ...values);
}
