/**
 * What the kernel calls the workbench: `display/workbench.py` says the same.
 */
export const MODULE = '@labstudio/lab';
export const PROTOCOL = '1.0.0';
