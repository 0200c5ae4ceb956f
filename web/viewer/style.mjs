/**
 * The viewer's looks, inside its shadow root: ComfyUI's own colours where it lends them, and a
 * 4 pixel grid. What lies on the picture is white on a dim ground in every theme, for the picture
 * may have any colour.
 */

export const STYLE = `
:host {
  --ground: var(--comfy-menu-bg, #1b1b1e);
  --ink: var(--input-text, #ddd);
  --quiet: var(--descrip-text, #999);
  --line: var(--border-color, #4e4e4e);
  --lift: color-mix(in srgb, var(--ink) 12%, transparent);
  --accent: var(--p-primary-color, #60a5fa);
  --glass: rgb(10 10 12 / 62%);
  display: flex;
  flex-direction: column;
  container: viewer / inline-size;
  inline-size: 100%;
  block-size: 100%;
  min-inline-size: 0;
  box-sizing: border-box;
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--ground);
  color: var(--ink);
  font: 12px/16px Inter, system-ui, -apple-system, "Segoe UI", sans-serif;
  -webkit-font-smoothing: antialiased;
  user-select: none;
  text-align: start;
}
:host(:fullscreen) { border: 0; border-radius: 0; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }

.stage {
  position: relative;
  flex: 1;
  min-block-size: 0;
  display: grid;
  place-items: center;
  overflow: hidden;
  background: #0b0b0d;
}
.stage:focus-visible { outline: none; }
.stage:focus-visible::after { content: ""; position: absolute; inset: 0; pointer-events: none;
  box-shadow: inset 0 0 0 2px var(--accent); }
.picture {
  position: relative;
  overflow: hidden;
  container-type: inline-size;
  cursor: grab;
  touch-action: none;
}
.picture:active { cursor: grabbing; }
.scene, canvas { position: absolute; inset: 0; inline-size: 100%; block-size: 100%;
  display: block; }

.corner, .foot, .messages { position: absolute; pointer-events: none; color: #fff; }
.corner { inset-block-start: 8px; inset-inline-start: 8px; display: flex; gap: 8px;
  align-items: baseline; padding: 4px 8px; border-radius: 6px; background: var(--glass);
  font-variant-numeric: tabular-nums; }
.times { font-size: 14px; font-weight: 600; }
.level { color: #c9c9ce; }
.foot { inset-block-end: 8px; inset-inline: 8px; display: flex; align-items: flex-end;
  justify-content: space-between; gap: 16px; }
.scale { padding: 4px 8px 8px; border-radius: 6px; background: var(--glass); flex: none; }
.ruler { block-size: 5px; min-inline-size: 4px; border: solid #fff; border-width: 0 1.5px 1.5px; }
.length { margin-block-end: 2px; white-space: nowrap; font-variant-numeric: tabular-nums; }
.caption { padding: 4px 8px; border-radius: 6px; background: var(--glass); overflow: hidden;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
  overflow-wrap: anywhere; }
.caption:empty { display: none; }
@container (max-width: 300px) { .level, .caption { display: none; } }

.messages { inset-block-start: 8px; inset-inline-end: 8px; max-inline-size: min(60%, 360px);
  display: grid; gap: 4px; justify-items: end; }
.message { display: flex; gap: 4px; align-items: flex-start; padding: 4px 4px 4px 8px;
  border-radius: 6px; background: rgb(120 53 15 / 92%); pointer-events: auto; cursor: default;
  user-select: text; overflow-wrap: anywhere; }
.message span { padding-block: 2px; }
.message .button { block-size: 20px; inline-size: 20px; color: #fff; }

.borders { position: absolute; inset: 0; pointer-events: none; overflow: hidden; }
.border { position: absolute; border: 1.5px solid #fff; border-radius: 2px;
  box-shadow: 0 0 0 1px rgb(0 0 0 / 60%), inset 0 0 0 1px rgb(0 0 0 / 60%); }
.border span { position: absolute; inset-block-start: 0; inset-inline-start: 0; padding: 0 6px;
  background: rgb(10 10 12 / 78%); color: #fff; white-space: nowrap; border-end-end-radius: 4px;
  font-size: 11px; font-variant-numeric: tabular-nums; }
.border.poor { border-color: #fbbf24; }
.border.poor span { color: #fcd34d; }

.divider { position: absolute; inset-block: 0; inline-size: 24px; margin-inline-start: -12px;
  cursor: ew-resize; display: grid; place-items: center; touch-action: none; }
.divider::before { content: ""; position: absolute; inset-block: 0; inset-inline-start: 11px;
  inline-size: 2px;
  background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 50%); }
.grip { position: relative; display: grid; place-items: center; inline-size: 32px; block-size: 32px;
  border-radius: 50%; background: #fff; color: #18181b; box-shadow: 0 1px 4px rgb(0 0 0 / 50%); }
.divider:focus-visible { outline: none; }
.divider:focus-visible .grip { box-shadow: 0 0 0 3px var(--accent); }
.divider .name { position: absolute; inset-block-start: 44px; padding: 0 6px; border-radius: 4px;
  background: var(--glass); color: #fff; font-weight: 600; }
.divider .first { inset-inline-end: 20px; }
.divider .second { inset-inline-start: 20px; }

.bar { display: flex; align-items: center; gap: 4px; padding: 8px; flex: none;
  border-block-start: 1px solid var(--line); }
.button { appearance: none; display: grid; place-items: center; flex: none; inline-size: 32px;
  block-size: 32px; margin: 0; padding: 0; border: 0; border-radius: 6px; background: none;
  color: var(--ink); cursor: pointer; }
.button:hover { background: var(--lift); }
.button[aria-pressed="true"] { background: var(--lift); color: var(--accent); }
.button:disabled { opacity: 0.4; cursor: progress; }
.icon { inline-size: 20px; block-size: 20px; fill: none; stroke: currentColor; stroke-width: 1.5;
  stroke-linecap: round; stroke-linejoin: round; }
.icon.play { fill: currentColor; }
.speed { appearance: none; flex: none; block-size: 32px; inline-size: 44px; margin: 0; padding: 0;
  border: 0; border-radius: 6px; background: none; color: var(--ink); font: inherit;
  text-align: center; text-align-last: center; cursor: pointer;
  font-variant-numeric: tabular-nums; }
.speed:hover { background: var(--lift); }
.speed option { background: var(--ground); color: var(--ink); }

.strip { position: relative; flex: 1; min-inline-size: 0; block-size: 36px; margin-inline: 4px;
  border-radius: 4px; cursor: pointer; touch-action: none; }
.strip:focus-visible { outline-offset: 2px; }
.gap { flex: 1; display: none; }
/* In a narrow node the strip has a row of its own. */
@container viewer (max-width: 600px) {
  .bar { flex-wrap: wrap; row-gap: 4px; padding-block-end: 4px; }
  .strip { order: -1; flex: 1 0 calc(100% - 8px); }
  .gap { display: block; }
}
.cells { position: absolute; inset: 0; overflow: hidden; border-radius: 4px;
  background: linear-gradient(var(--line), var(--line)) center / 100% 2px no-repeat; }
.cell { position: absolute; inset-block: 0; border-radius: 4px; background-color: var(--line);
  background-repeat: no-repeat; }
.needle { position: absolute; inset-block: -4px; inline-size: 4px; margin-inline-start: -2px;
  border-radius: 2px; background: var(--accent); pointer-events: none;
  box-shadow: 0 0 0 1.5px var(--ground); }
.card { position: absolute; inset-block-end: calc(100% + 12px); translate: -50% 0; z-index: 1;
  display: flex; gap: 8px; padding: 8px; inline-size: max-content; max-inline-size: 320px;
  border: 1px solid var(--line); border-radius: 8px; background: var(--ground); color: var(--ink);
  box-shadow: 0 4px 16px rgb(0 0 0 / 40%); pointer-events: none; }
.card .image { flex: none; border-radius: 4px; background-color: var(--line); }
.card .words { align-self: center; min-inline-size: 0; }
.card .number { color: var(--quiet); font-variant-numeric: tabular-nums; white-space: nowrap; }
.card .prompt { overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 4; overflow: hidden; }
`;
