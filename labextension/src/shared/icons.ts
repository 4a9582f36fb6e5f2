/**
 * The studio's icons: Lab's own where there is one, a few drawn beside them.
 */
import {
  checkIcon,
  closeIcon,
  codeIcon,
  copyIcon,
  downloadIcon,
  fileUploadIcon,
  filterIcon,
  homeIcon,
  LabIcon,
  runIcon,
  stopIcon
} from '@jupyterlab/ui-components';

import type { Tone } from '../studio';

export { closeIcon, copyIcon, downloadIcon, filterIcon, homeIcon, runIcon, stopIcon };
export const cellIcon = codeIcon;
export const uploadIcon = fileUploadIcon;
export const plainIcon = checkIcon;

const line = (d: string) =>
  `<path class="jp-icon3" fill="none" stroke="#616161" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" d="${d}"/>`;
const draw = (name: string, inner: string) =>
  new LabIcon({
    name: `labstudio:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${inner}</svg>`
  });

/** Filled with the colour of the text around it, which its tone gives. */
const filled = (d: string) => `<path fill="currentColor" d="${d}"/>`;

export const studioIcon = draw(
  'studio',
  line(
    'M8 3.5h8M9.5 3.5v6L4.6 18a1.8 1.8 0 0 0 1.6 2.7h11.6a1.8 1.8 0 0 0 1.6-2.7l-4.9-8.5v-6m-6.5 7.7 2.6-3 2.4 1.8 3-3.6'
  )
);
export const dataIcon = draw('data', line('M4 5h16v14H4zM4 10h16M10 10v9'));
export const storeIcon = draw(
  'store',
  line(
    'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3'
  )
);
export const recipeIcon = draw('recipe', line('M5 5h14M7 5v4l5 4 5-4V5M12 13v7m-4 0h8'));
export const labelIcon = draw('label', line('M12.5 3.5h7a1 1 0 0 1 1 1v7L11 21l-8-8zM16.5 7.5h.01'));
export const archiveIcon = draw('archive', line('M3 4h18v4H3zM5 8v12h14V8M10 12h4'));
export const modelIcon = draw('model', line('m12 3 8 4.5v9L12 21l-8-4.5v-9zM4.3 7.7 12 12l7.7-4.3M12 12v8.7'));
export const jobIcon = draw('job', line('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2'));
export const endpointIcon = draw('endpoint', line('M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01M11 8h6M11 16h6'));
export const registerIcon = draw('register', line('M12 14V3m-4 4 4-4 4 4M4 13v7h16v-7'));
export const certificateIcon = draw(
  'certificate',
  line('M12 2.8 4.5 6v5.4c0 4.5 3.1 8.4 7.5 9.8 4.4-1.4 7.5-5.3 7.5-9.8V6zM8.5 12l2.6 2.6 4.6-5')
);
export const okIcon = draw(
  'ok',
  filled('M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m-1.6 14.6L6 12.2l1.5-1.5 2.9 2.9 6.1-6.1L18 9z')
);
export const warnIcon = draw('warn', filled('M12 2.5 1 21.5h22zm1 15.5h-2v-2h2zm0-3.6h-2V9.5h2z'));
export const badIcon = draw('bad', filled('M8 2h8l6 6v8l-6 6H8l-6-6V8zm5 15v-2h-2v2zm0-4V7h-2v6z'));
export const runningIcon = draw(
  'running',
  '<g fill="none" stroke="currentColor" stroke-width="3"><circle cx="12" cy="12" r="8.5" opacity=".3"/>' +
    '<path class="ls-spin" d="M12 3.5a8.5 8.5 0 0 1 8.5 8.5" stroke-linecap="round"/></g>'
);

/** The icon that says a state, always beside its word. */
export function toneIcon(tone: Tone): LabIcon {
  return { ok: okIcon, warn: warnIcon, bad: badIcon, run: runningIcon, plain: jobIcon }[tone];
}
