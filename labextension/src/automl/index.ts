/**
 * AutoML in the studio: the runs in the side panel, the form of a new one, and the document of each.
 */
import type { IPanel, IStudio } from '../studio';
import { newRunDocument, runDocument } from './documents';
import { runsSection } from './section';

export function automlPanel(studio: IStudio): IPanel {
  return { section: runsSection(studio), documents: [runDocument(studio), newRunDocument(studio)] };
}
