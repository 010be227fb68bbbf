/**
 * What every picture and every frame is worked on with.
 *
 * In: the kernels' file; the list, once the page gives it. Out: `Tools`. Next: `protect`, `video/moments`, in their workers.
 */

import { Kernels } from "./kernels.ts";
import { fromBase64, readStopList, type StopList } from "./stoplist.ts";

export interface Tools {
  /** Comes by itself: pictures and films are decoded meanwhile, and wait for it only where it is asked. */
  readonly stopList: Promise<StopList>;
  readonly kernels: Kernels | null;
}

/** A worker's, and what it calls with the list, which throws where that is not whole. */
export function gather(kernelsFile: Uint8Array<ArrayBuffer>): { readonly tools: Tools; readonly listCame: (base64: string) => void } {
  let came: (list: StopList) => void;
  const stopList = new Promise<StopList>((resolve) => (came = resolve));
  return { tools: { stopList, kernels: Kernels.open(kernelsFile) }, listCame: (base64) => came(readStopList(fromBase64(base64))) };
}
