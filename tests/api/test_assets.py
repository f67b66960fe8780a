"""Assets over HTTP: paged, filtered, and only for those who may read."""

from __future__ import annotations

from tests import factories


def listed(api, query: str = "") -> list[dict]:
    """Follow the pages of a list."""
    url, found = f"/api/v1/assets?limit=1{query}", []
    while url:
        answer = api.get(url)
        assert answer.status_code == 200, answer.text
        found += answer.json()["features"]
        url = next((x["href"] for x in answer.json()["links"] if x["rel"] == "next"), "")
    return found


def test_assets_are_paged_and_lie_where_they_were_put(api):
    frame = factories.assets()
    found = listed(api)
    assert [each["id"] for each in found] == [f"camera/{n}" for n in frame["external_id"]]
    assert [each["geometry"]["coordinates"] for each in found] == (
        frame[["lon", "lat"]].to_numpy().tolist()
    )
    for each in found:
        lon, lat = each["geometry"]["coordinates"]
        here = api.get(f"/api/v1/locate?lon={lon}&lat={lat}&crs=EPSG:4490").json()
        assert each["properties"]["grid"] == here["basic"]["code"]
        assert each["properties"]["division"] == here["basic"]["division"]


def test_assets_are_chosen_by_kind_box_and_division(api):
    every = listed(api)
    assert listed(api, "&kind=camera") == every
    assert listed(api, "&kind=shelter") == []
    lon, lat = every[0]["geometry"]["coordinates"]
    box = f"{lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}"
    assert listed(api, f"&bbox={box}") == every[:1]
    assert listed(api, f"&division={factories.COUNTY}") == every
    by_township = [listed(api, f"&division={code}") for code in factories.TOWNSHIPS]
    assert sum(map(len, by_township)) == len(every)
    for code, part in zip(factories.TOWNSHIPS, by_township, strict=True):
        assert all(each["properties"]["division"].startswith(code[:9]) for each in part)


def test_a_cursor_of_another_list_is_refused(api):
    answer = api.get("/api/v1/grids?limit=1").json()
    other = next(link["href"] for link in answer["links"] if link["rel"] == "next")
    cursor = other.split("cursor=")[1].split("&")[0]
    assert api.get(f"/api/v1/assets?cursor={cursor}").status_code == 400
