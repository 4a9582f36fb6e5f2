/** The words as they stand in the code. */
import { nullTranslator } from '@jupyterlab/translation';

export const trans = nullTranslator.load('labstudio');
