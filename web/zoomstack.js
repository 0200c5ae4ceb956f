/**
 * The pack's door into ComfyUI's page: the one file that the host imports by itself.
 *
 * Each part registers its own extension with the app; all that knows ComfyUI is in host/ and comfy/.
 */

import { app } from "../../scripts/app.js";
import * as anchor from "./comfy/anchor.mjs";
import * as explorer from "./comfy/explorer.mjs";
import * as face from "./comfy/face.mjs";
import * as ladder from "./comfy/ladder.mjs";
import * as numbers from "./comfy/numbers.mjs";
import * as said from "./comfy/said.mjs";
import * as upload from "./comfy/upload.mjs";

// The face first: elements of ours stand below its button.
for (const part of [face, anchor, explorer, ladder, numbers, said, upload]) part.register(app);
