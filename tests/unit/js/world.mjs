// A tiny world for the tests: four square grids in two villages, and an exclusive grid on top.
//
//   3 | 4      grids 1 and 3 are of village A, 2 and 4 of village B
//   --+--
//   1 | 2
const square = (arcs) => [[arcs]];

export const CODES = ["990101101201001", "990101101202001", "990101101201002", "990101101202002"];

function grid(code, arcs, more = {}) {
  const [column, row] = more.cell ?? [0, 0];
  return {
    type: "MultiPolygon",
    arcs: square(arcs),
    properties: {
      code,
      name: more.name ?? `网格${code.slice(-3)}`,
      kind: more.kind ?? "rural",
      division: more.division ?? "990101101201",
      colour_index: more.colour ?? 0,
      label: [115 + 0.005 + 0.01 * column, 34.5 + 0.005 + 0.01 * row],
      label_radius_m: 400,
      area_m2: 1e6,
    },
  };
}

// Points in quanta of 1e-4 degree: columns and rows at 0, 100, 200.
// Arcs: 0 south of 1, 1 south of 2 … named by the nodes they join; delta-encoded.
const line = (...points) =>
  points.map((point, n) => (n === 0 ? point : [point[0] - points[n - 1][0], point[1] - points[n - 1][1]]));

export function world() {
  return {
    type: "Topology",
    generation: 7,
    transform: { scale: [1e-4, 1e-4], translate: [115, 34.5] },
    arcs: [
      line([100, 0], [100, 100]), // 0 between 1 and 2
      line([0, 100], [100, 100]), // 1 between 1 and 3
      line([100, 100], [200, 100]), // 2 between 2 and 4
      line([100, 100], [100, 200]), // 3 between 3 and 4
      line([0, 100], [0, 0], [100, 0]), // 4 outside of 1
      line([100, 0], [200, 0], [200, 100]), // 5 outside of 2
      line([200, 100], [200, 200], [100, 200]), // 6 outside of 4
      line([100, 200], [0, 200], [0, 100]), // 7 outside of 3
      line([20, 20], [60, 20], [60, 60], [20, 60], [20, 20]), // 8 the exclusive grid
    ],
    objects: {
      basic: {
        type: "GeometryCollection",
        geometries: [
          grid(CODES[0], [4, 0, ~1], { colour: 0, cell: [0, 0] }),
          grid(CODES[1], [5, ~2, ~0], { colour: 1, cell: [1, 0], division: "990101101202" }),
          grid(CODES[2], [1, 3, 7], { colour: 1, cell: [0, 1] }),
          grid(CODES[3], [2, 6, ~3], { colour: 0, cell: [1, 1], division: "990101101202" }),
        ],
      },
      exclusive: {
        type: "GeometryCollection",
        geometries: [grid("990101101201801", [8], { kind: "exclusive", name: "第一小学" })],
      },
    },
    divisions: [
      { code: "990101000000", name: "测试县", level: "county", depth: 0, parent: null, label: [115.01, 34.51], label_radius_m: 900 },
      { code: "990101101201", name: "王家庄村委会", level: "village", depth: 1, parent: "990101000000", label: [115.005, 34.51], label_radius_m: 450 },
      { code: "990101101202", name: "李家庄村委会", level: "village", depth: 1, parent: "990101000000", label: [115.015, 34.51], label_radius_m: 450 },
    ],
  };
}
