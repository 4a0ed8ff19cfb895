"""The catalogue for staff."""


def test_items_stand_in_the_order_of_the_national_report(office):
    page = office.get("/office/catalogue/").content.decode()
    names = ["行政许可", "行政处罚", "诚实守信荣誉", "严重失信主体名单", "经营异常"]
    places = [page.index(f">{name}</a>") for name in names]
    assert places == sorted(places)


def test_an_item_shows_its_law_its_terms_and_its_fields(office):
    page = office.get("/office/catalogue/行政处罚/").content.decode()
    assert "《中华人民共和国行政处罚法》" in page and "《信用修复管理办法》" in page
    assert "<code>CF_WSH</code>" in page and "授权查询" in page
    assert office.get("/office/catalogue/NOTHING/").status_code == 404
