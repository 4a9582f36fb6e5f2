import type { JupyterFrontEnd } from '@jupyterlab/application';
import { afterEach, expect, it, vi } from 'vitest';

import { registerWorkbench } from '../../src/labeling/register';
import type { IStudio } from '../../src/studio';

const studio = {} as IStudio;

afterEach(() => void vi.doUnmock('@jupyter-widgets/base'));

it('tells the widget registry of the workbench, whose code is loaded when one is shown', async () => {
  const IJupyterWidgetRegistry = {};
  vi.doMock('@jupyter-widgets/base', () => ({ IJupyterWidgetRegistry }));
  const registerWidget = vi.fn();
  const resolveOptionalService = vi.fn(async () => ({ registerWidget }));
  await registerWorkbench({ resolveOptionalService } as unknown as JupyterFrontEnd, studio);
  expect(resolveOptionalService).toHaveBeenCalledWith(IJupyterWidgetRegistry);
  const [told] = registerWidget.mock.calls[0];
  expect(told).toMatchObject({ name: '@labstudio/lab', version: '1.0.0' });
  expect(told.exports).toBeInstanceOf(Function);
});

it('goes without where jupyterlab_widgets is not installed, or brings no registry', async () => {
  const resolveOptionalService = vi.fn(async () => null);
  const app = { resolveOptionalService } as unknown as JupyterFrontEnd;
  vi.doMock('@jupyter-widgets/base', () => {
    throw new Error('Shared module @jupyter-widgets/base does not exist in the share scope.');
  });
  await registerWorkbench(app, studio);
  expect(resolveOptionalService).not.toHaveBeenCalled();
  vi.doMock('@jupyter-widgets/base', () => ({ IJupyterWidgetRegistry: {} }));
  await registerWorkbench(app, studio);
  expect(resolveOptionalService).toHaveBeenCalledOnce();
});
