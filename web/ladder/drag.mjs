/**
 * Dragging a row by its handle to another place in the list.
 */

const EDGE = 24; // pixels from the list's edge where it begins to scroll
const SCROLL = 6; // pixels a frame

/**
 * @param {HTMLElement} list whose children are the rows, and which scrolls inside `scroller`
 * @param {HTMLElement} scroller
 * @param {(from: number, to: number) => void} onMove
 */
export function makeSortable(list, scroller, onMove) {
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.(".zs-handle");
    if (!handle || event.button !== 0) return;
    follow(event, handle, { list, scroller, row: handle.closest("li"), onMove });
  });
}

/** One drag, from the press to the release. */
function follow(press, handle, { list, scroller, row, onMove }) {
  /** @type {Element[]} */
  let rows = [];
  let [from, to, height, frame] = [0, 0, press.clientY, 0];
  const control = new AbortController();
  const { signal } = control;
  handle.setPointerCapture(press.pointerId);

  const place = () => {
    to = targetOf(rows, from, height);
    row.classList.toggle("zs-lifted", to !== from);
    rows.forEach((other, index) => {
      other.classList.toggle("zs-above", index === to && to < from);
      other.classList.toggle("zs-below", index === to && to > from);
    });
  };
  const scroll = () => {
    const { top, bottom } = scroller.getBoundingClientRect();
    if (height < top + EDGE) scroller.scrollTop -= SCROLL;
    if (height > bottom - EDGE) scroller.scrollTop += SCROLL;
    place();
    frame = requestAnimationFrame(scroll);
  };
  const stop = (dropped) => {
    control.abort();
    cancelAnimationFrame(frame);
    list.classList.remove("zs-sorting");
    for (const other of rows) other.classList.remove("zs-above", "zs-below", "zs-lifted");
    if (dropped && to !== from) onMove(from, to);
  };
  handle.addEventListener("pointermove", (event) => {
    height = event.clientY;
    if (frame || Math.abs(height - press.clientY) < 4) return;
    // Only now: the press may have taken a draft away, which somebody was writing.
    rows = [...list.children];
    from = to = rows.indexOf(row);
    list.classList.add("zs-sorting");
    scroll();
  }, { signal });
  handle.addEventListener("pointerup", () => stop(true), { signal });
  handle.addEventListener("pointercancel", () => stop(false), { signal });
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    stop(false);
  }, { signal, capture: true });
}

/** Where a row that came from `from` would go if it were dropped at this height of the window. */
function targetOf(rows, from, height) {
  const middles = rows.map((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return (top + bottom) / 2;
  });
  return middles.filter((middle, index) => index !== from && middle < height).length;
}
