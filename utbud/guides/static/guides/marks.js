// Marks drawn by mouse, finger or keyboard. The list of fields is what is sent; the drawing follows it, and it follows the drawing.
(() => {
  const form = document.querySelector("[data-marks]");
  if (!form) return;
  const NS = "http://www.w3.org/2000/svg";
  const { width: W, height: H, stroke, accent, source, most } = form.dataset;
  const width = Number(W), height = Number(H), line = Number(stroke), edge = line / 2;
  const stage = form.querySelector("[data-stage]");
  const list = form.querySelector("[data-rows]");
  const empty = form.querySelector("[data-empty]");
  const told = form.querySelector("[data-told]");
  const total = form.querySelector("[name=m-TOTAL_FORMS]");
  const FIELDS = ["kind", "x", "y", "width", "height", "to"];
  const LEAST = 8;
  let marks = [], past = [], future = [], zoom = 1;

  const make = (name, attributes, parent) => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent?.append(element);
    return element;
  };
  const limit = (value, low, high) => Math.min(Math.max(Math.round(value) || 0, low), high);
  const settle = (mark) => {
    mark.width = limit(mark.width, LEAST, width);
    mark.height = limit(mark.height, LEAST, height);
    if (mark.kind === "number") mark.width = mark.height = Math.min(mark.width, mark.height);
    mark.x = limit(mark.x, 0, width - mark.width);
    mark.y = limit(mark.y, 0, height - mark.height);
  };
  const nameOf = (mark, index) => `${index + 1}. ${form.getAttribute(`data-name-${mark.kind}`)}`;
  const fit = () => { svg.style.width = `calc(${zoom} * min(100%, ${(42 * width / height).toFixed(2)}rem))`; }; // all of it is seen at first
  const say = (text) => { told.textContent = text; };

  // --- the list ---------------------------------------------------------------------------------
  const rowsNow = () => [...list.querySelectorAll("[data-row]")];
  const fieldOf = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const read = () => rowsNow().map((row) => {
    const mark = Object.fromEntries(FIELDS.map((name) => [name, fieldOf(row, name).value]));
    for (const name of ["x", "y", "width", "height"]) mark[name] = Number(mark[name]);
    return mark;
  });
  const write = () => {
    const rows = rowsNow();
    while (rows.length > marks.length) rows.pop().remove();
    while (rows.length < marks.length) {
      const row = empty.content.cloneNode(true).querySelector("[data-row]");
      row.innerHTML = row.innerHTML.replaceAll("__prefix__", rows.length);
      list.append(row);
      dress(row);
      rows.push(row);
    }
    marks.forEach((mark, index) => {
      const row = rows[index];
      for (const name of FIELDS) {
        const field = fieldOf(row, name);
        if (document.activeElement !== field || field.value !== String(mark[name])) field.value = mark[name];
      }
      row.querySelector("[data-place]").textContent = index + 1;
      row.querySelector("[data-name]").textContent = form.getAttribute(`data-name-${mark.kind}`);
      row.querySelector("[data-field=to]").hidden = mark.kind !== "arrow";
    });
    total.value = marks.length;
  };
  const dress = (row) => {
    // With a script the box becomes a button: it is gone at once, and can be undone.
    const holder = row.querySelector(".g-gone");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-secondary no";
    button.textContent = holder.querySelector("label").textContent;
    button.addEventListener("click", () => remove(rowsNow().indexOf(row)));
    holder.replaceChildren(button);
    row.addEventListener("change", () => {
      const changed = read();
      keep();
      marks = changed;
      marks.forEach(settle);
      show();
    });
  };

  // --- the drawing ------------------------------------------------------------------------------
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": form.dataset.label }, stage);
  make("image", { href: source, width, height }, svg);
  const layer = make("g", {}, svg);
  const three = [["#000000", 0], ["#ffffff", edge], [accent, 2 * edge]];
  const DRAW = {
    box(mark, group) {
      for (const [colour, inset] of three) {
        const wide = line + 4 * edge - 2 * inset;
        make("rect", { x: mark.x + inset + wide / 2, y: mark.y + inset + wide / 2, width: Math.max(1, mark.width - 2 * inset - wide), height: Math.max(1, mark.height - 2 * inset - wide), rx: line, fill: "none", stroke: colour, "stroke-width": wide }, group);
      }
    },
    arrow(mark, group) {
      const east = mark.to.includes("e"), south = mark.to.includes("s");
      const tip = [east ? mark.x + mark.width : mark.x, south ? mark.y + mark.height : mark.y];
      const tail = [east ? mark.x : mark.x + mark.width, south ? mark.y : mark.y + mark.height];
      const length = Math.hypot(tip[0] - tail[0], tip[1] - tail[1]) || 1;
      const along = [(tip[0] - tail[0]) / length, (tip[1] - tail[1]) / length];
      const head = Math.min(5 * line, length * 0.6);
      const at = (forward, side) => `${tip[0] - along[0] * forward - along[1] * side},${tip[1] - along[1] * forward + along[0] * side}`;
      for (const [colour, more] of [["#000000", 2 * edge], ["#ffffff", edge], [accent, 0]]) {
        const half = line / 2 + more, wing = head * 0.6 + 1.6 * more, end = length + more - 2 * edge;
        make("polygon", { points: [at(2 * edge - 1.2 * more, 0), at(head + more, wing), at(head + more, half), at(end, half), at(end, -half), at(head + more, -half), at(head + more, -wing)].join(" "), fill: colour }, group);
      }
    },
    number(mark, group, number) {
      const middle = [mark.x + mark.width / 2, mark.y + mark.width / 2];
      for (const [colour, inset] of three) make("circle", { cx: middle[0], cy: middle[1], r: Math.max(1, mark.width / 2 - inset), fill: colour }, group);
      make("text", { x: middle[0], y: middle[1], fill: "#ffffff", "font-size": mark.width * (number < 10 ? 0.6 : 0.48), "font-weight": 700, "text-anchor": "middle", "dominant-baseline": "central" }, group).textContent = number;
    },
    blur(mark, group) {
      make("rect", { x: mark.x, y: mark.y, width: mark.width, height: mark.height, fill: "#969696" }, group);
      const tile = Math.max(8, Math.floor(Math.min(mark.width, mark.height) / 4));
      for (let row = 0; row * tile < mark.height; row += 1) {
        for (let column = row % 2; column * tile < mark.width; column += 2) {
          make("rect", { x: mark.x + column * tile, y: mark.y + row * tile, width: Math.min(tile, mark.width - column * tile), height: Math.min(tile, mark.height - row * tile), fill: "#aeaeae" }, group);
        }
      }
    },
  };
  const show = () => {
    const focused = [...layer.children].indexOf(document.activeElement);
    layer.replaceChildren();
    let number = 0;
    marks.forEach((mark, index) => {
      const group = make("g", { role: "button", tabindex: 0, "aria-label": `${nameOf(mark, index)}. ${form.dataset.how}` }, layer);
      if (mark.kind === "number") number += 1;
      DRAW[mark.kind](mark, group, number);
      make("rect", { class: "g-around", x: mark.x, y: mark.y, width: mark.width, height: mark.height, "stroke-width": Math.max(2, line / 2) }, group);
      const grip = 22 * width / (svg.getBoundingClientRect().width || width); // 22 pixels of the screen, however large the picture is
      make("rect", { class: "g-grip", "data-grip": "", x: mark.x + mark.width - grip / 2, y: mark.y + mark.height - grip / 2, width: grip, height: grip, "stroke-width": grip / 11 }, group);
    });
    if (focused >= 0) layer.children[Math.min(focused, marks.length - 1)]?.focus();
    write();
    form.querySelector("[data-do=undo]").disabled = !past.length;
    form.querySelector("[data-do=redo]").disabled = !future.length;
    form.querySelectorAll("[name=add]").forEach((button) => { button.disabled = marks.length >= Number(most); });
  };

  // --- what one does ----------------------------------------------------------------------------
  const copy = () => marks.map((mark) => ({ ...mark }));
  const keep = () => { past.push(copy()); future = []; };
  const step = (from, to, words) => {
    if (!from.length) return;
    to.push(copy());
    marks = from.pop();
    show();
    say(words);
  };
  const add = (kind) => {
    if (marks.length >= Number(most)) return;
    keep();
    const sizes = { number: [width / 14, width / 14], blur: [width / 4, height / 12] }[kind] || [width / 4, height / 8];
    const mark = { kind, width: Math.max(32, sizes[0]), height: Math.max(32, sizes[1]), to: "se" };
    mark.x = (width - mark.width) / 2;
    mark.y = (height - mark.height) / 2;
    settle(mark);
    marks.push(mark);
    show();
    layer.lastElementChild.focus();
    say(`${nameOf(mark, marks.length - 1)} ${form.dataset.added}`);
  };
  const remove = (index) => {
    keep();
    const words = `${nameOf(marks[index], index)} ${form.dataset.removed}`;
    marks.splice(index, 1);
    show();
    (layer.children[Math.min(index, marks.length - 1)] || form.querySelector("[name=add]")).focus();
    say(words);
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.name === "add") {
      event.preventDefault();
      add(button.value);
    }
    const what = button.dataset.do;
    if (what === "undo") step(past, future, form.dataset.undone);
    if (what === "redo") step(future, past, form.dataset.redone);
    if (what === "larger" || what === "smaller") {
      zoom = Math.min(4, Math.max(1, zoom * (what === "larger" ? 1.5 : 1 / 1.5)));
      fit();
      show();
      form.querySelector("[data-do=smaller]").disabled = zoom <= 1;
      form.querySelector("[data-do=larger]").disabled = zoom >= 4;
    }
  });
  form.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if ((event.ctrlKey || event.metaKey) && !typing && "zyZY".includes(event.key)) {
      event.preventDefault();
      if (event.key.toLowerCase() === "z" && !event.shiftKey) step(past, future, form.dataset.undone);
      else step(future, past, form.dataset.redone);
      return;
    }
    const index = [...layer.children].indexOf(event.target);
    if (index < 0) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      remove(index);
      return;
    }
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    if (!event.repeat) keep();
    const far = event.altKey ? 1 : 10;
    const mark = marks[index];
    if (event.shiftKey) {
      mark.width += way[0] * far;
      mark.height += way[1] * far;
      if (mark.kind === "number") mark.width = mark.height = way[0] ? mark.width : mark.height;
    } else {
      mark.x += way[0] * far;
      mark.y += way[1] * far;
    }
    settle(mark);
    show();
  });

  let held = null;
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    return [(event.clientX - box.left) * width / box.width, (event.clientY - box.top) * height / box.height];
  };
  svg.addEventListener("pointerdown", (event) => {
    const group = event.target.closest("g[role]");
    if (!group || event.button) return;
    event.preventDefault();
    group.focus();
    const index = [...layer.children].indexOf(group);
    held = { index, grip: "grip" in event.target.dataset, from: place(event), was: { ...marks[index] }, kept: false };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.kept) { keep(); held.kept = true; }
    const now = place(event);
    const far = [now[0] - held.from[0], now[1] - held.from[1]];
    const mark = marks[held.index];
    if (held.grip) {
      mark.width = held.was.width + far[0];
      mark.height = mark.kind === "number" ? mark.width : held.was.height + far[1];
    } else {
      mark.x = held.was.x + far[0];
      mark.y = held.was.y + far[1];
    }
    settle(mark);
    show();
  });
  const letGo = () => { held = null; };
  svg.addEventListener("pointerup", letGo);
  svg.addEventListener("pointercancel", letGo);

  form.querySelectorAll("[data-scripted]").forEach((part) => { part.hidden = false; });
  stage.hidden = false;
  fit();
  rowsNow().forEach(dress);
  marks = read();
  show();
  addEventListener("resize", show);
})();
