/**
 * The pack's door into ComfyUI's page: the one file that the host imports by itself.
 *
 * Each part registers its own extension with the app; all that knows ComfyUI is in comfy/.
 */

import { app } from "../../scripts/app.js";
import * as explorer from "./comfy/explorer.mjs";
import * as focus from "./comfy/focus.mjs";
import * as ladder from "./comfy/ladder.mjs";

for (const part of [explorer, focus, ladder]) part.register(app);
