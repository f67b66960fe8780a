// @ts-check
// The panel in which a file becomes a draft: choose it, confirm where it lies, settle repairs.
import { COUNTED, STILL, canApply } from "../core/upload.js";
import { el } from "../ui/dom.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/uploads.js").Upload} Upload */

/**
 * @typedef {object} Deeds
 * @property {() => void} back
 * @property {(file: File, layer?: string) => void} send
 * @property {() => void} another
 * @property {(crs: string) => void} preview
 * @property {(crs: string) => void} confirm
 * @property {() => void} change another coordinate system
 * @property {(id: string, isAccepted: boolean) => void} accept
 * @property {() => void} acceptAll
 * @property {(geometry: any, id: string | null) => void} look
 * @property {(row: number) => void} lookAt
 * @property {() => void} apply
 */

/**
 * @typedef {object} Shown
 * @property {Upload | null} upload
 * @property {string | null} busy what is waited for
 * @property {number | null} share that has been sent
 * @property {string | null} failure
 * @property {{file: File, layers: string[]} | null} layers to choose from
 * @property {string | null} candidate that is looked at; null once one is confirmed
 * @property {string | null} chosen repair
 */

/** @param {Language} language @param {Shown} shown @param {Deeds} deeds @returns {(Node | null)[]} */
export function uploadView(language, shown, deeds) {
  const { upload, busy, share, failure, layers } = shown;
  const say = (/** @type {string} */ key, /** @type {any} */ values) => language.say(key, values);
  return [
    el("div", { class: "desk-panel__head" }, [
      el("button", { type: "button", class: "button", id: "upload-back", text: say("upload.back"), on: { click: deeds.back } }),
      upload ? el("button", { type: "button", class: "button", id: "upload-another", text: say("upload.another"), on: { click: deeds.another } }) : null,
    ]),
    el("h2", { class: "desk-panel__title", text: upload?.filename ?? say("upload.title") }),
    el("div", { class: "upload", id: "upload", "data-state": upload?.state ?? "none", "aria-busy": String(busy !== null) }, [
      failure ? el("p", { class: "notice notice--bad", role: "alert", text: failure }) : null,
      layers ? layerChoice(language, layers, deeds) : null,
      busy ? el("div", { class: "upload__wait", role: "status" }, [
        el("span", { text: busy }),
        el("progress", share === null ? {} : { max: 1, value: share }),
      ]) : null,
      ...(upload ? uploadedView(language, upload, shown, deeds) : [dropZone(language, deeds)]),
    ]),
  ];
}

/** @param {Language} language @param {Deeds} deeds */
function dropZone(language, { send }) {
  const input = el("input", { type: "file", id: "upload-file", class: "upload__file", accept: ".zip,.gpkg,.geojson,.json,.kml,.kmz,.dxf" });
  input.addEventListener("change", () => input.files[0] && send(input.files[0]));
  const zone = el("label", { class: "upload__drop" }, [
    input,
    el("strong", { text: language.say("upload.drop") }),
    el("span", { class: "field__note", text: language.say("upload.kinds") }),
  ]);
  zone.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    zone.dataset.over = "true";
  });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    delete zone.dataset.over;
    const file = event.dataTransfer?.files[0];
    if (file) send(file);
  });
  return zone;
}

/** @param {Language} language @param {{file: File, layers: string[]}} choice @param {Deeds} deeds */
function layerChoice(language, { file, layers }, { send }) {
  const select = el("select", { class: "field__input", id: "upload-layer" }, layers.map((name) => el("option", { value: name, text: name })));
  return el("div", { class: "field" }, [
    el("span", { class: "field__name", text: language.say("upload.layer") }),
    select,
    el("button", { type: "button", class: "button", text: language.say("upload.read_layer"), on: { click: () => send(file, select.value) } }),
  ]);
}

/** @param {Language} language @param {Upload} upload @param {Shown} shown @param {Deeds} deeds */
function uploadedView(language, upload, shown, deeds) {
  const about = el("p", { class: "field__note", text: language.say("upload.about", { format: upload.format, features: upload.features, encoding: upload.encoding }) });
  if (shown.candidate !== null || upload.state === "read") return [about, crsView(language, upload, shown, deeds)];
  return [about, ...findings(language, upload, shown, deeds)];
}

/** @param {Language} language @param {Upload} upload @param {Shown} shown @param {Deeds} deeds */
function crsView(language, { crs_candidates: candidates, crs_said }, { candidate, busy }, { preview, confirm }) {
  const rows = candidates.map(({ crs, title, share_inside, border_m }) => {
    const facts = [
      language.say("upload.crs_inside", { share: Math.round(share_inside * 100) }),
      border_m === null ? null : language.say("upload.crs_border", { metres: border_m.toFixed(1) }),
      crs === crs_said ? language.say("upload.crs_said") : null,
    ];
    const input = el("input", { type: "radio", name: "upload-crs", value: crs, checked: crs === candidate });
    input.addEventListener("change", () => preview(crs));
    return el("label", { class: "upload__candidate" }, [
      input,
      el("span", {}, [
        el("strong", { text: title === crs ? crs : `${crs} ${title}` }),
        el("span", { class: "field__note", text: facts.filter(Boolean).join(" · ") }),
      ]),
    ]);
  });
  return el("section", { class: "upload__part", id: "upload-crs" }, [
    el("h3", { text: language.say("upload.crs") }),
    el("p", { class: "field__note", text: language.say(rows.length ? "upload.crs_why" : "upload.crs_none") }),
    el("div", { role: "radiogroup" }, rows),
    el("button", {
      type: "button", class: "button button--strong", id: "upload-confirm", text: language.say("upload.confirm_crs"),
      disabled: !candidate || busy !== null, on: { click: () => candidate && confirm(candidate) },
    }),
  ]);
}

/** @param {Language} language @param {Upload} upload @param {Shown} shown @param {Deeds} deeds */
function findings(language, upload, shown, deeds) {
  return [
    el("p", { class: "upload__crs" }, [
      el("span", { text: `${language.say("upload.crs")} ${upload.crs}` }),
      el("button", { type: "button", class: "button", text: language.say("upload.change_crs"), on: { click: deeds.change } }),
    ]),
    summaryView(language, upload),
    upload.repairs.length ? repairsView(language, upload, shown, deeds) : null,
    upload.faults.length ? faultsView(language, upload, deeds) : null,
    upload.refused.length ? refusedView(language, upload) : null,
    upload.changes.length ? changesView(language, upload, deeds) : null,
    el("div", { class: "upload__end" }, [
      el("button", {
        type: "button", class: "button button--strong", id: "upload-apply", text: language.say("upload.apply"),
        disabled: !canApply(upload) || shown.busy !== null, on: { click: deeds.apply },
      }),
    ]),
  ];
}

/** @param {Language} language @param {Upload} upload */
function summaryView(language, { summary, snapped, outside, homeless, notes, changes }) {
  const counts = [...COUNTED, ...STILL].filter((kind) => summary?.[kind]);
  const words = notes.map((note) => note[language.lang]);
  if (snapped?.vertices) words.unshift(language.say("upload.snapped", { vertices: snapped.vertices, metres: snapped.farthest_m.toFixed(2) }));
  if (outside) words.push(language.say("upload.outside", { count: outside }));
  if (homeless.length) words.push(language.say("upload.homeless", { count: homeless.length }));
  return el("section", { class: "upload__part" }, [
    el("h3", { text: language.say("upload.summary") }),
    el("dl", { class: "upload__counts" }, counts.map((kind) =>
      el("div", { "data-kind": kind }, [
        el("dt", { text: language.say(`upload.kind_${kind}`) }),
        el("dd", { text: String(summary?.[kind]) }),
      ]))),
    changes.length ? null : el("p", { text: language.say("upload.nothing") }),
    words.length ? el("ul", { class: "upload__notes" }, words.map((text) => el("li", { text }))) : null,
  ]);
}

/** @param {Language} language @param {Upload} upload @param {Shown} shown @param {Deeds} deeds */
function repairsView(language, { repairs }, { chosen, busy }, { accept, acceptAll, look }) {
  const rows = repairs.map((repair) => {
    const box = el("input", { type: "checkbox", checked: repair.is_accepted, disabled: busy !== null });
    box.addEventListener("change", () => accept(repair.id, box.checked));
    return el("li", { class: "upload__repair", "data-repair": repair.kind, "data-chosen": String(repair.id === chosen) }, [
      el("button", { type: "button", class: "upload__look", title: language.say("upload.look"), on: { click: () => look(repair.geometry, repair.id) } }, [
        el("span", { class: "tag", text: language.say(`upload.repair_${repair.kind}`) }),
        el("span", { text: language.lang === "zh" ? repair.detail_zh : repair.detail }),
      ]),
      el("label", { class: "check" }, [box, el("span", { text: language.say("upload.accept") })]),
    ]);
  });
  const isAll = repairs.every(({ is_accepted }) => is_accepted);
  return el("section", { class: "upload__part", id: "upload-repairs" }, [
    el("div", { class: "desk-panel__head" }, [
      el("h3", { text: language.say("upload.repairs", { count: repairs.length }) }),
      el("button", { type: "button", class: "button", id: "upload-accept-all", text: language.say("upload.accept_all"), disabled: isAll || busy !== null, on: { click: acceptAll } }),
    ]),
    el("p", { class: "field__note", text: language.say("upload.repairs_why") }),
    el("ul", { class: "upload__rows" }, rows),
  ]);
}

/** @param {Language} language @param {Upload} upload @param {Deeds} deeds */
function faultsView(language, { faults }, { look }) {
  return el("section", { class: "upload__part" }, [
    el("h3", { text: language.say("upload.faults") }),
    el("ul", { class: "upload__rows" }, faults.map((fault) =>
      el("li", {}, [
        el("button", { type: "button", class: "upload__look", on: { click: () => fault.geometry && look(fault.geometry, null) } }, [
          el("span", { text: language.lang === "zh" ? fault.detail_zh : fault.detail }),
        ]),
      ]))),
  ]);
}

/** @param {Language} language @param {Upload} upload */
function refusedView(language, { refused }) {
  return el("section", { class: "upload__part" }, [
    el("h3", { text: language.say("upload.refused") }),
    el("ul", { class: "upload__notes" }, refused.map(({ row, detail, detail_zh, value }) => {
      const words = `${language.lang === "zh" ? detail_zh : detail} ${value}`;
      return el("li", { text: language.say("upload.refused_row", { row, detail: words }) });
    })),
  ]);
}

/** @param {Language} language @param {Upload} upload @param {Deeds} deeds */
function changesView(language, { changes }, { lookAt }) {
  return el("section", { class: "upload__part" }, [
    el("h3", { text: language.say("upload.changes") }),
    el("ul", { class: "upload__rows", id: "upload-changes" }, changes.map(({ kind, name, before, after, rows, is_ready }) =>
      el("li", { "data-change": kind }, [
        el("button", { type: "button", class: "upload__look", on: { click: () => rows.length && lookAt(rows[0]) } }, [
          el("span", { class: "tag", text: language.say(`upload.kind_${kind}`) }),
          el("span", { text: name }),
          el("span", { class: "field__note", text: codes(before, after) }),
          is_ready ? null : el("span", { class: "field__note upload__waits", text: language.say("upload.waiting") }),
        ]),
      ]))),
  ]);
}

/** @param {string[]} before @param {string[]} after */
function codes(before, after) {
  const [old, now] = [before.join(" "), after.join(" ")];
  return old === now ? now : [old, now].filter(Boolean).join(" → ");
}
