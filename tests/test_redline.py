"""A stored change is shown as it was found, whatever the rules say today."""

from conftest import paragraphs

from tostrack.analysis.comparison import compare, read_version, rebuild_change
from tostrack.archive import Archive
from tostrack.models import Fact, FactKind, Flag, Judgement, Polarity, Reason
from tostrack.services import feeds

OLD = "You grant us a limited licence to display your photos for 30 days.", "Last updated: 1 May 2023"
NEW = "You grant us a transferable licence to display your photos for 90 days.", "Last updated: 1 May 2023"


def test_a_stored_change_is_read_as_it_was_compared(platform):
    platform.night(terms=paragraphs(*OLD))
    platform.night(terms=paragraphs(*NEW))

    with Archive(platform.database) as archive:
        [row] = archive.changes()
        stored = feeds.load_change(archive, row)
    compared = compare(stored.old, stored.new)

    assert stored.hunks == compared.hunks
    assert (stored.judgement, stored.dating) == (compared.judgement, compared.dating)
    assert [fact.sentence for hunk in stored.hunks for fact in hunk.facts]
    assert stored.topics == ("licensing",)


def test_what_was_found_goes_to_the_edit_that_holds_it_when_the_diff_has_moved():
    old, new = read_version("We keep logs for 30 days."), read_version("Be kind.\n\nWe keep logs for 90 days.")
    flag = Flag("sharing", Polarity.MENTIONS, "keep logs", 3, 12, "keep")
    fact = Fact(FactKind.NUMBER, "30 days", "90 days", "30 days became 90 days")

    change = rebuild_change(old, new, Judgement(Reason.NUMBERS, ""), [(0, flag)], [(7, fact)], None)

    assert [(hunk.flags, hunk.facts) for hunk in change.hunks] == [((), ()), ((flag,), (fact,))]
