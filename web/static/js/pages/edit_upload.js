// @ts-check
// A file on its way into a draft: what is asked of the server, and what is shown meanwhile.
import { ProblemError } from "../api/client.js";
import { applyUpload, confirmUpload, readShapes, sendUpload } from "../api/uploads.js";
import { accepting, boxOf, firstCandidate } from "../core/upload.js";
import { LatestOnly } from "../edit/latest_only.js";
import { UploadLayer } from "../edit/upload_layer.js";
import { uploadView } from "../edit/upload_view.js";
import { reasonOf } from "../ui/dialogs.js";

export class UploadDesk {
  /** @param {import("./edit_page.js").EditPage} page */
  constructor(page) {
    this.page = page;
    /** @type {UploadLayer | null} */
    this.layer = null;
    this.latest = new LatestOnly();
    this.#forget();
  }

  #forget() {
    this.latest.take(); // what is still under way concerns nobody any more
    /** @type {import("../edit/upload_view.js").Shown} */
    this.shown = { upload: null, busy: null, share: null, failure: null, layers: null, candidate: null, chosen: null };
  }

  get isOpen() {
    return this.layer !== null;
  }

  open() {
    this.#forget();
    this.layer = new UploadLayer(this.page.map, this.page.terrain.origin);
    this.page.show();
  }

  close() {
    this.layer?.remove();
    this.layer = null;
    this.#forget();
    this.page.show();
  }

  /** @returns {(Node | null)[]} */
  view() {
    return uploadView(this.page.language, this.shown, {
      back: () => this.close(),
      another: () => {
        this.#forget();
        this.layer?.show({ features: [], repairs: [], chosen: null });
        this.#draw();
      },
      send: (file, layer) => this.#send(file, layer ?? null),
      preview: (crs) => this.#preview(crs),
      confirm: (crs) => this.#confirm({ crs, accept: [] }),
      change: () => this.shown.upload && this.#preview(firstCandidate(this.shown.upload)),
      accept: (id, isAccepted) => this.shown.upload && this.#confirm({ accept: accepting(this.shown.upload, id, isAccepted) }),
      acceptAll: () => this.#confirm({ accept: ["all"] }),
      look: (geometry, id) => this.#look([geometry], id),
      lookAt: (row) => this.#look((this.layer?.features ?? []).filter(({ properties }) => properties.row === row).map(({ geometry }) => geometry), null),
      apply: () => this.#apply(),
    });
  }

  /** @param {Partial<import("../edit/upload_view.js").Shown>} [change] */
  #draw(change = {}) {
    Object.assign(this.shown, change);
    if (this.isOpen) this.page.showPanel();
  }

  /**
   * Waits for something, and tells what went wrong; an answer that comes after something newer was
   * asked for is left alone.
   * @param {string} busy
   * @param {(isNewest: () => boolean) => Promise<void>} work changes nothing unless it is the newest
   * @param {(error: ProblemError) => void} [failed]
   * @returns {Promise<boolean>} whether it was done, and nothing else was asked for meanwhile
   */
  async #wait(busy, work, failed) {
    const { language } = this.page;
    const isNewest = this.latest.take();
    this.#draw({ busy, failure: null });
    try {
      await work(isNewest);
      if (isNewest()) this.#draw({ busy: null, share: null });
      return isNewest();
    } catch (error) {
      if (!isNewest()) return false;
      const failure = reasonOf(language, error);
      this.#draw({ busy: null, share: null, failure });
      failed?.(/** @type {ProblemError} */ (error));
      return false;
    }
  }

  /** @param {File} file @param {string | null} layer */
  async #send(file, layer) {
    const { language } = this.page;
    const told = (/** @type {() => boolean} */ isNewest, /** @type {number} */ share) => {
      if (!isNewest()) return;
      const isSent = share >= 1;
      this.#draw({ share: isSent ? null : share, busy: isSent ? language.say("upload.reading") : language.say("upload.sending", { share: Math.round(share * 100) }) });
    };
    this.shown.layers = null;
    const isDone = await this.#wait(
      language.say("upload.sending", { share: 0 }),
      async (isNewest) => {
        const upload = await sendUpload(file, layer, (share) => told(isNewest, share));
        if (isNewest()) Object.assign(this.shown, { upload, candidate: firstCandidate(upload) });
      },
      ({ problem }) => problem?.layers?.length && this.#draw({ layers: { file, layers: problem.layers } }),
    );
    if (isDone && this.shown.candidate) await this.#preview(this.shown.candidate);
  }

  /** @param {string | null} crs */
  async #preview(crs) {
    const { upload } = this.shown;
    if (!upload || !crs) return;
    await this.#wait(this.page.language.say("upload.reading"), async (isNewest) => {
      this.shown.candidate = crs;
      const features = await readShapes(upload.id, crs);
      if (!isNewest()) return; // another one was chosen meanwhile
      this.layer?.show({ features, repairs: [], chosen: null });
      this.#zoom(features.map(({ geometry }) => geometry));
    });
  }

  /** @param {{crs?: string, accept?: string[]}} confirmed */
  async #confirm(confirmed) {
    const { upload } = this.shown;
    if (!upload) return;
    await this.#wait(this.page.language.say("upload.checking"), async (isNewest) => {
      const found = await confirmUpload(upload.id, confirmed);
      const features = await readShapes(upload.id, null);
      if (!isNewest()) return;
      Object.assign(this.shown, { upload: found, candidate: null });
      this.layer?.show({ features, repairs: found.repairs });
      if (confirmed.crs) this.#zoom(features.map(({ geometry }) => geometry));
    });
  }

  async #apply() {
    const { upload } = this.shown;
    if (!upload) return;
    await this.#wait(this.page.language.say("upload.checking"), async (isNewest) => {
      const changeset = await applyUpload(upload.id);
      // It is a draft now, whatever is looked at meanwhile.
      const isLookedAt = isNewest();
      if (isLookedAt) this.close();
      await this.page.loadList();
      if (!isLookedAt) return;
      await this.page.enter(changeset.id);
    });
  }

  /** @param {any[]} geometries @param {string | null} id of a repair */
  #look(geometries, id) {
    this.layer?.show({ chosen: id });
    this.#zoom(geometries);
    this.#draw({ chosen: id });
  }

  /** @param {any[]} geometries */
  #zoom(geometries) {
    const box = boxOf(geometries);
    if (!box) return;
    const { left, top, right, bottom } = this.page.padding();
    this.page.map.fitBounds([[box[1], box[0]], [box[3], box[2]]], {
      paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], maxZoom: 18, animate: false,
    });
  }
}
