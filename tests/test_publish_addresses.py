from tostrack.render.site_paths import change_page, site_address


def test_a_change_has_a_page_of_its_own_for_ever():
    assert change_page("acme/terms@7") == "changes/acme/terms/7/index.html"
    assert change_page("acme/terms@7-settled") == "changes/acme/terms/7-settled/index.html"


def test_a_published_page_is_linked_by_its_folder():
    assert (
        site_address("https://tos.example/x", change_page("acme/terms@7"))
        == "https://tos.example/x/changes/acme/terms/7/"
    )
    assert site_address("https://tos.example", "status.html") == "https://tos.example/status.html"


def test_without_a_site_there_is_no_link():
    assert site_address("", change_page("acme/terms@7")) == ""
