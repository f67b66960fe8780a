import assert from "node:assert/strict";
import test from "node:test";
import { translate, nameKinds } from "../../../web/static/js/core/i18n.js";
import { ACCESS_MESSAGES } from "../../../web/static/js/core/access_messages.js";
import { EDIT_MESSAGES } from "../../../web/static/js/core/edit_messages.js";
import { MESSAGES } from "../../../web/static/js/core/messages.js";
import { shortDivision, shortGrid } from "../../../web/static/js/core/names.js";
import { Occupied, textWidth } from "../../../web/static/js/core/placement.js";
import { searcher } from "../../../web/static/js/core/search.js";
import { readTopology } from "../../../web/static/js/core/topology.js";
import { CODES, world } from "./world.mjs";

const fields = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test("both languages have the same messages with the same places to fill", () => {
  for (const { zh, en } of [MESSAGES, ACCESS_MESSAGES, EDIT_MESSAGES]) {
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
    const unlike = Object.keys(zh).filter((key) => fields(zh[key]).join() !== fields(en[key]).join());
    assert.deepEqual(unlike, []);
  }
  const all = [MESSAGES, ACCESS_MESSAGES, EDIT_MESSAGES].flatMap(({ zh }) => Object.keys(zh));
  assert.equal(new Set(all).size, all.length);
});

test("values go into messages as they are, whatever they look like", () => {
  assert.match(translate("en", "search.none", { query: "${x}{y}<b>" }), /\$\{x\}\{y\}<b>/);
  assert.throws(() => translate("zh", "no.such"), /no message/);
});

test("names lose what the map already says", () => {
  assert.equal(shortDivision("王公庄村委会"), "王公庄村");
  assert.equal(shortDivision("王公庄村民委员会"), "王公庄村");
  assert.equal(shortDivision("潘庄社区居民委员会"), "潘庄社区");
  assert.equal(shortDivision("龙塘镇"), "龙塘镇");
  assert.deepEqual(shortGrid("张庄村第三网格", "张庄村委会", "411421101215003"), ["第三网格", "三"]);
  assert.deepEqual(shortGrid("第一小学", "张庄村", "411421101215801"), ["第一小学", "第一小学"]);
});

test("search ranks a code above a name's start above a name's middle", () => {
  const find = searcher(readTopology(world()));
  assert.equal(find(CODES[2])[0].code, CODES[2]);
  assert.equal(find("990101101202")[0].type, "division");
  assert.equal(find("小学")[0].name, "第一小学");
  assert.equal(find("王家庄")[0].name, "王家庄村委会");
  assert.deepEqual(find("   "), []);
  assert.deepEqual(find("没有的名字"), []);
  assert.ok(find("网格").length <= 8);
});

test("no label is placed over another", () => {
  const taken = new Occupied();
  assert.equal(taken.take(100, 100, 60, 16), true);
  assert.equal(taken.take(140, 104, 60, 16), false);
  assert.equal(taken.take(140, 120, 60, 16), true);
});

test("a Chinese character is as wide as high, one outside the basic plane too", () => {
  assert.equal(textWidth("张庄村"), 3);
  assert.equal(textWidth("𡐓庄"), 2);
  assert.ok(textWidth("A1") < 1.2);
});

test("the deployment names its kinds of grid", () => {
  nameKinds({ rural: ["村民小组网格", "villagers' group grid"] });
  assert.equal(translate("zh", "kind.rural"), "村民小组网格");
  assert.equal(translate("en", "kind.rural"), "Villagers' group grid");
  assert.equal(translate("zh", "kind.exclusive"), "专属网格");
});
